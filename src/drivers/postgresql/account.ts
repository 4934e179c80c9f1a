// The PostgreSQL databases and users of an account.
import { ROLE } from '../../model/databases/own-postgresql.ts';
import { databasePart } from '../databases/account.ts';
import dropAll from './steps/drop-all.ts';
import findOwned from './steps/find-owned.ts';
import setLogin from './steps/set-login.ts';

export const part = databasePart({
  ...{ engine: 'postgresql', role: ROLE },
  ...{ findOwned: findOwned.plan, setLogin: setLogin.plan, dropAll },
});
