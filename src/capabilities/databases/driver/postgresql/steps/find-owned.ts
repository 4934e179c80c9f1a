// Finds what an account has on the PostgreSQL server, before its name and so its prefix changes. Changes nothing.
import { defineStep } from '../../../../../core/plan.ts';
import type { FoundNames, OwnedNames } from '../../owned-names.ts';
import { belongingTo } from '../owned-names.ts';
import { postgresqlOf } from '../server.ts';

export default defineStep<OwnedNames, undefined, FoundNames>({
  kind: 'postgresql/find-owned',
  apply: async (machine, { input }) => belongingTo(await postgresqlOf(machine), input),
});
