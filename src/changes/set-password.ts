// Sets the password of an account. The change is atomic, and it cannot be undone because the old password is not known.
import { defineChange, exclusive, type Plan } from '../core/plan.ts';
import step from '../drivers/users/steps/set-password.ts';
import * as sessions from '../model/logins/sessions.ts';

const change = defineChange<{ readonly username: string }>({
  kind: 'set-password',
  // Sessions opened with the old password end.
  store: (db, { username }) => sessions.closeAll(db, username),
});
export default change;

export function setPassword(username: string, password: string): Plan {
  return change.plan(
    { username },
    {
      irreversible: true,
      secret: password,
      locks: [exclusive(`account ${username}`)],
      steps: [step.plan({ name: username })],
    },
  );
}
