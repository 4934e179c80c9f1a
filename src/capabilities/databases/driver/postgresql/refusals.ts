// Why a change of the catalogue is refused.
import { MachineError } from '../../../../core/machine-error.ts';

const nouns = { database: 'database', user: 'database user' } as const;
type What = keyof typeof nouns;

export const taken = (what: What, name: string) =>
  new MachineError('exists', `There is already a PostgreSQL ${nouns[what]} named “${name}”.`);

export const missing = (what: What, name: string) =>
  new MachineError('not_found', `There is no PostgreSQL ${nouns[what]} named “${name}”.`);
