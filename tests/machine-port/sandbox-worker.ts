// A process that changes the users of a sandbox: `create PREFIX COUNT`, or `churn NAME` until it is killed.
import { sandboxMachine } from '../../src/machine/choose.ts';

const [folder = '', what, name = '', count = '0'] = process.argv.slice(2);
const users = await sandboxMachine(folder, () => Date.now()).users();
const user = (text: string) => ({ name: text, home: `/home/${text}`, shell: '/bin/sh', comment: '' });

if (what === 'create') {
  for (let at = 0; at < Number(count); at++) await users.create(user(`${name}${at}`));
} else {
  process.stdout.write('\n');
  for (;;) {
    await users.create(user(name));
    await users.suspend(name);
    await users.unsuspend(name);
    await users.rename(user(name), user(`${name}2`));
    await users.remove(`${name}2`);
  }
}
