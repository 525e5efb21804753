/**
 * Codes that messages carry as text, and the words for them.
 *
 * The journal keeps the names that the city's rooms use; people read them in their language. A
 * reason may be left out: a blank in its place would read as a mistake.
 */
const WORDS_FOR: Record<string, (code: string) => string> = {
  rule: (code) => `interlock-rule-${code}`,
  what: (code) => `interlock-what-${code}`,
  law: (code) => `law-${code}`,
  role: (code) => `role-${code}`,
  scene: (code) => `${code}-name`,
  reason: (said) => (said.trim() === '' ? 'no-reason' : ''),
};

/** The key of the words for the text `value` of the argument `name`; empty where it is no code. */
export const wordsFor = (name: string, value: string): string =>
  (WORDS_FOR[name]?.(value) ?? '').replaceAll('_', '-');
