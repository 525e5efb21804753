/** All Chinese words: the interface's own, and those that crates and scenes bring. */
const files = import.meta.glob<string>(
  [
    '../messages/**/zh.ftl',
    '../../../crates/*/messages/zh.ftl',
    '../../../scenes/*/messages/zh.ftl',
  ],
  { query: '?raw', import: 'default', eager: true },
);

export const sources = Object.keys(files)
  .sort()
  .map((path) => files[path]!);
