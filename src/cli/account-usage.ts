import type { AccountProgram } from '../core/account-programs.ts';

/** The syntax of a call by `uapi` or `cpapi2`. */
export function usageLineOf({ name }: AccountProgram): string {
  return `Usage: ${name} [--user=NAME] [options] Module function [key=value ...]`;
}
