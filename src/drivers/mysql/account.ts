// The MariaDB databases and users of an account.
import { ROLE } from '../../model/databases/own-mysql.ts';
import { serverOf } from '../../model/databases/profiles.ts';
import { databasePart } from '../databases/account.ts';
import { stepAt } from './step.ts';
import dropAll from './steps/drop-all.ts';
import findOwned from './steps/find-owned.ts';
import setLogin from './steps/set-login.ts';

export const part = databasePart({
  ...{ engine: 'mysql', role: ROLE },
  ...{ findOwned: findOwned.plan, setLogin: setLogin.plan, dropAll },
  onServerOf: async (db, username, step) => stepAt((await serverOf(db, username)).at, step),
});
