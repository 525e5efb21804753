/** What this reader chose: language, theme, layers. Remembered in this browser. */
import { type Lang, words } from '../words/i18n.svelte';

export type Theme = 'auto' | 'light' | 'dark';
export const LAYERS = ['speed', 'signals', 'vehicles', 'events', 'corridors', 'places'] as const;
export type Layer = (typeof LAYERS)[number];

const KEY = 'urbis.prefs';

interface Saved {
  lang?: Lang;
  theme?: Theme;
  hidden?: Layer[];
}

function load(): Saved {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Saved;
  } catch {
    return {};
  }
}

class Prefs {
  theme = $state<Theme>('auto');
  hidden = $state<Layer[]>([]);
  private system = $state<'light' | 'dark'>('light');
  /** The theme on screen. */
  readonly shown = $derived(this.theme === 'auto' ? this.system : this.theme);

  /** Reads what was remembered and follows the system's theme. */
  async start(): Promise<void> {
    const saved = load();
    this.theme = saved.theme ?? 'auto';
    this.hidden = saved.hidden ?? [];
    const dark = matchMedia('(prefers-color-scheme: dark)');
    this.system = dark.matches ? 'dark' : 'light';
    dark.addEventListener('change', (event) => {
      this.system = event.matches ? 'dark' : 'light';
      this.apply();
    });
    this.apply();
    const asked = new URLSearchParams(location.search).get('lang');
    const first = navigator.language.startsWith('zh') ? 'zh' : 'en';
    const lang = asked === 'zh' || asked === 'en' ? asked : (saved.lang ?? first);
    await this.speak(lang);
  }

  async speak(lang: Lang): Promise<void> {
    await words.speak(lang);
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
    this.save();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.apply();
    this.save();
  }

  toggleLayer(layer: Layer): void {
    this.hidden = this.hidden.includes(layer)
      ? this.hidden.filter((other) => other !== layer)
      : [...this.hidden, layer];
    this.save();
  }

  shows(layer: Layer): boolean {
    return !this.hidden.includes(layer);
  }

  private apply(): void {
    document.documentElement.dataset.theme = this.shown;
  }

  private save(): void {
    const saved: Saved = { lang: words.lang, theme: this.theme, hidden: this.hidden };
    try {
      localStorage.setItem(KEY, JSON.stringify(saved));
    } catch {
      // A browser that keeps nothing still works; it just forgets.
    }
  }
}

export const prefs = new Prefs();
