// What belongs to an account on the MariaDB server.
import { belongingTo as belonging, type FoundNames, type OwnedNames } from '../owned-names.ts';
import type { MysqlCatalogue } from './contract.ts';
import type { WantedNames } from '../../rules/owners.ts';

export function belongingTo(catalogue: MysqlCatalogue, owned: OwnedNames): Promise<FoundNames> {
  const names = {
    databases: (wanted: WantedNames) => catalogue.databases(wanted),
    users: async (wanted: WantedNames) => (await catalogue.users(wanted)).map(({ name }) => name),
  };
  return belonging(names, owned);
}
