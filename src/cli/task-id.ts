// Reads the number of a task.
import { quote } from '../core/quote.ts';
import { UsageError } from './usage-error.ts';

export function isTaskId(word: string): boolean {
  return /^[1-9]\d{0,14}$/.test(word);
}

/** @throws UsageError */
export function readTaskId(word: string): number {
  if (isTaskId(word)) return Number(word);
  throw new UsageError(`${quote(word)} is not the ID of a task: use a number that whmapi1 --tasks shows.`);
}
