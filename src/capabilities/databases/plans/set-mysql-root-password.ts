// Sets the password of root on the MariaDB server of this machine. It cannot be undone, because the old one is not known.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import step from '../driver/mysql/steps/set-administrator-password.ts';

const change = defineChange<null>({
  kind: 'set-mysql-root-password',
  // The server alone knows it.
  store: async () => undefined,
});
export default change;

export function setMysqlRootPassword(password: string): Plan {
  return change.plan(null, {
    irreversible: true,
    secret: password,
    locks: [exclusive('database user mysql root')],
    steps: [step.plan({})],
  });
}
