// A command of root, what it prints, and whether whmapi1d ran it, as the audit log says.
import type { Machine, Ran } from './machine.ts';

const LOG = '/var/lib/whmapi1/audit.log';

export interface Answered {
  readonly ran: Ran;
  /** `whmapi1d`. Undefined: the command made the call itself. */
  readonly through: string | undefined;
}

/** @param words the command, with the name of the function as its own word, or as the last two for an account. */
export function answered(machine: Machine, words: readonly [string, ...string[]]): Answered {
  const [program, ...others] = words;
  const ran = machine.run(program, others);
  const names = others.filter((word) => !/[=-]/.test(word)).join('::');
  const line = machine.sh(`grep -F '"function":"${names}"' ${LOG} | tail -n 1`);
  return { ran, through: (JSON.parse(line) as { through?: string }).through };
}
