/** All English words: the interface's own, and those that crates and scenes bring. */
const files = import.meta.glob<string>(
  [
    '../messages/**/en.ftl',
    '../../../crates/*/messages/en.ftl',
    '../../../scenes/*/messages/en.ftl',
  ],
  { query: '?raw', import: 'default', eager: true },
);

export const sources = Object.keys(files)
  .sort()
  .map((path) => files[path]!);
