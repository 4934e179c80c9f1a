// Reads the `api.*` arguments that belong together. Collects all problems, so that they are reported at once.
import type { NumberFilterType } from './meta-arguments.ts';
import { describeValue, numberOf } from './meta-values.ts';
import { anyOf } from './quote.ts';
import type { Json } from './values.ts';

/** The arguments with the same prefix (`api.filter`, `api.filter.a`), by the part after it (`enable`, `field`). */
export class Slot {
  readonly argument: string;
  readonly #values = new Map<string, Json>();
  readonly #problems: Set<string>;

  constructor(argument: string, problems: Set<string>) {
    this.argument = argument;
    this.#problems = problems;
  }

  add(part: string, value: Json): void {
    if (this.has(part)) this.report(part, 'is given more than once. Use it only once');
    this.#values.set(part, value);
  }

  has(...parts: string[]): boolean {
    return parts.some((part) => this.#values.has(part));
  }

  /** Returns the parts, in key order if they are keys (columns). */
  parts(): string[] {
    return [...this.#values.keys()].sort();
  }

  /** False if absent; undefined if invalid. */
  flag(part: string): boolean | undefined {
    const value = this.#values.get(part);
    if (value === undefined || value === 0 || value === '0') return false;
    return value === 1 || value === '1' ? true : this.refuse(part, value, 'a flag; use 1 or 0');
  }

  text(part: string, remedy: string): string | undefined {
    const value = this.#values.get(part);
    if (value === undefined) {
      this.report(part, `is missing; ${remedy}`);
      return;
    }
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    this.refuse(part, value, 'text; use one text or number');
  }

  field(part: string, remedy: string): string | undefined {
    return this.#values.get(part) === '' ? this.report(part, `is empty; ${remedy}`) : this.text(part, remedy);
  }

  /** Reads the `arg0` of a filter that compares numbers. */
  number(part: string, type: NumberFilterType): number | undefined {
    const value = this.#values.get(part) ?? null;
    const number = numberOf(value);
    if (number === undefined) {
      this.refuse(part, value, `a number; ${type} compares numbers`);
      return;
    }
    if (number !== Infinity || type.endsWith('_handle_unlimited')) return number;
    const remedy = 'use lt_handle_unlimited or gt_handle_unlimited, or eq to find the word itself';
    this.refuse(part, value, `a number for ${type}; ${remedy}`);
  }

  integer(part: string, isRight: (number: number) => boolean, expected: string): number | undefined {
    const value = this.#values.get(part) ?? null;
    const number = numberOf(value);
    const isInteger = number !== undefined && Number.isSafeInteger(number);
    return isInteger && isRight(number) ? number : this.refuse(part, value, expected);
  }

  /** The first choice is the default. */
  choice<Choice extends string>(
    part: string,
    what: string,
    choices: readonly Choice[],
    aliases: Readonly<Record<string, Choice>> = {},
  ): Choice | undefined {
    const value = this.#values.get(part);
    if (value === undefined) return choices[0];
    const alias = typeof value === 'string' && Object.hasOwn(aliases, value) ? aliases[value] : undefined;
    const choice = alias ?? choices.find((each) => each === value);
    return choice ?? this.refuse(part, value, `a ${what}; use ${anyOf(choices)}`);
  }

  refuse(part: string, value: Json, expected: string): undefined {
    this.report(part, `${describeValue(value)} is not ${expected}`);
  }

  report(part: string, problem: string): undefined {
    this.#problems.add(`${this.argument}.${part} ${problem}.`);
  }
}
