// What belongs to an account on the PostgreSQL server.
import { belongingTo as belonging, type FoundNames, type OwnedNames } from '../owned-names.ts';
import type { PostgresqlCatalogue } from './contract.ts';

export function belongingTo(catalogue: PostgresqlCatalogue, owned: OwnedNames): Promise<FoundNames> {
  const names = {
    databases: async (wanted: Parameters<PostgresqlCatalogue['databases']>[0]) =>
      (await catalogue.databases(wanted)).map(({ name }) => name),
    users: (wanted: Parameters<PostgresqlCatalogue['users']>[0]) => catalogue.users(wanted),
  };
  return belonging(names, owned);
}
