// Sets the password of an account. The change is atomic, and it cannot be undone because the old password is not known.
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import step from '../../capabilities/accounts/driver/users/steps/set-password.ts';
import { notifyAccount } from '../../capabilities/notify/rules/account-notifications.ts';
import * as copies from '../../ground/rules/machine-copies.ts';
import * as sessions from '../../capabilities/logins/rules/sessions.ts';

const change = defineChange<{ readonly username: string }>({
  kind: 'set-password',
  // Sessions opened with the old password end.
  async store(db, { username }, { now }) {
    await sessions.closeAll(db, username);
    // --rebuild must not bring an earlier password back.
    await copies.forget(db, 'login', username);
    const body = `The password of the account “${username}” was changed. All its sessions ended.`;
    const told = {
      username,
      event: 'notify_password_change',
      subject: 'The password was changed',
      body,
    } as const;
    await notifyAccount(db, told, now());
  },
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
