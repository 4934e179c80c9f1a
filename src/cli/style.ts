// Colour for people. chalk is loaded only if something is coloured.

import type { Io, Output } from './io.ts';

export interface Style {
  heading(text: string): string;
  name(text: string): string;
  value(text: string): string;
  faint(text: string): string;
  error(this: void, text: string): string;
  warning(text: string): string;
}

const same = (text: string) => text;
export const plain: Style = {
  ...{ heading: same, name: same, value: same, faint: same },
  ...{ error: same, warning: same },
};

/** Uses colour on a terminal, unless NO_COLOR (no-color.org) or --color says otherwise. */
export async function styleFor(
  output: Output,
  when: 'auto' | 'always' | 'never',
  { environment }: Io,
): Promise<Style> {
  const noColor = environment.NO_COLOR ?? '';
  const wanted = when === 'always' || (when === 'auto' && noColor === '' && output.isTerminal());
  return wanted ? colourful() : plain;
}

async function colourful(): Promise<Style> {
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return {
    heading: (text) => chalk.bold(text),
    name: (text) => chalk.cyan(text),
    value: (text) => chalk.green(text),
    faint: (text) => chalk.dim(text),
    error: (text) => chalk.red(text),
    warning: (text) => chalk.yellow(text),
  };
}
