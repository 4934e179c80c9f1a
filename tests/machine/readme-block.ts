import { readFileSync } from 'node:fs';

/** The only block of commands in the README that contains this text. */
export function readmeBlock(text: string): string {
  const blocks = [...readFileSync('README.md', 'utf8').matchAll(/```sh\n([^]*?)```/g)].map(
    ([, one = '']) => one,
  );
  const found = blocks.filter((block) => block.includes(text));
  if (found.length !== 1) throw new Error(`${found.length} blocks of the README have “${text}”.`);
  return found[0] ?? '';
}
