/**
 * Words in the reader's language, from Fluent files shared with the scenes.
 *
 * The interface's own words stand in `src/messages`, each scene's in its own folder, so that a
 * scene brings its words with it. A key without words is shown as the key with its arguments:
 * better a plain truth than a blank.
 */
import {
  FluentBundle,
  type FluentFunction,
  FluentNumber,
  FluentResource,
  type FluentVariable,
} from '@fluent/bundle';
import type { Message, MessageArg, Name } from '../api/types';
import { wordsFor } from './codes';

export type Lang = 'zh' | 'en';

/** One module for each language, so that a page fetches one file and not one for each scene. */
const files: Record<Lang, () => Promise<{ sources: string[] }>> = {
  zh: () => import('./zh'),
  en: () => import('./en'),
};

export const LOCALES: Record<Lang, string> = { zh: 'zh-CN', en: 'en-GB' };

class Words {
  lang = $state<Lang>('zh');
  private bundle = $state.raw(new FluentBundle('zh-CN'));
  /** Messages as they were told in this language: most of a city's state stays as it was. */
  private told = new WeakMap<Message, string>();

  /** Loads the words of `lang` and speaks it from then on. */
  async speak(lang: Lang): Promise<void> {
    const { sources } = await files[lang]();
    this.told = new WeakMap();
    this.bundle = bundleOf(lang, sources);
    this.lang = lang;
  }

  /** The interface's words for `key`. */
  say(key: string, args: Record<string, FluentVariable> = {}): string {
    return format(this.bundle, key, args) ?? key;
  }

  /** A message from the server, its arguments rendered too. */
  tell(message: Message): string {
    // Read even where the text is known, so that it is told again in another language.
    const { bundle, lang } = this;
    let text = this.told.get(message);
    if (text === undefined) {
      text = render(bundle, lang, message);
      this.told.set(message, text);
    }
    return text;
  }

  /** Whether there are words for `key`. */
  has(key: string): boolean {
    return this.bundle.hasMessage(key);
  }

  name(name: Name | null | undefined): string {
    return nameIn(name, this.lang);
  }
}

/** `NUMBER()` of Fluent with all of its options; the library's own ignores `style: "percent"`. */
const numberFunction: FluentFunction = ([value], named) => {
  const options: Record<string, string | number> = {};
  for (const [name, option] of Object.entries(named)) {
    options[name] = option instanceof FluentNumber ? option.value : String(option);
  }
  const amount = value instanceof FluentNumber ? value.value : Number(value);
  return new FluentNumber(amount, options as Intl.NumberFormatOptions);
};

export function bundleOf(lang: Lang, sources: string[]): FluentBundle {
  const bundle = new FluentBundle(LOCALES[lang], {
    useIsolating: false,
    functions: { NUMBER: numberFunction },
  });
  for (const source of sources) bundle.addResource(new FluentResource(source));
  return bundle;
}

export function nameIn(name: Name | null | undefined, lang: Lang): string {
  if (!name) return '';
  return name[lang] || name[lang === 'zh' ? 'en' : 'zh'] || '';
}

function format(bundle: FluentBundle, key: string, args: Record<string, FluentVariable>) {
  const pattern = bundle.getMessage(key)?.value;
  return pattern ? bundle.formatPattern(pattern, args, []) : null;
}

function argument(bundle: FluentBundle, lang: Lang, arg: MessageArg): FluentVariable {
  if (typeof arg === 'number' || typeof arg === 'string') return arg;
  if (typeof arg === 'boolean') return String(arg);
  if (arg === null || typeof arg !== 'object') return '';
  if ('key' in arg) return render(bundle, lang, arg);
  if ('label' in arg) return nameIn(arg.label, lang);
  return nameIn(arg, lang);
}

/** `message` in the words of `bundle`; without words for it, its key and arguments. */
export function render(bundle: FluentBundle, lang: Lang, message: Message): string {
  const args: Record<string, FluentVariable> = {};
  for (const [name, value] of Object.entries(message.args ?? {})) {
    const word = typeof value === 'string' ? format(bundle, wordsFor(name, value), {}) : null;
    args[name] = word ?? argument(bundle, lang, value);
  }
  const text = format(bundle, message.key, args);
  if (text !== null) return text;
  const listed = Object.entries(args).map(([name, value]) => `${name} ${String(value)}`);
  return [message.key, ...listed].join(' · ');
}

/** A message of the interface's own, to be told later, in whatever language is spoken then. */
export const message = (key: string, args?: Record<string, MessageArg>): Message =>
  args ? { key, args } : { key };

export const words = new Words();
/** Short for the interface's own words. */
export const t = (key: string, args?: Record<string, FluentVariable>) => words.say(key, args);

/** The word for `value` under `prefix`, or the value itself where the interface has none. */
export function label(prefix: string, value: string): string {
  const key = `${prefix}-${value.replaceAll('_', '-')}`;
  return words.has(key) ? words.say(key) : value;
}

/** A scene's own name for itself. */
export function sceneName(scene: string): string {
  return words.has(`${scene}-name`) ? words.say(`${scene}-name`) : label('scene', scene);
}
