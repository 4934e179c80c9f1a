// A process that fails to log in. WHMAPI1_STATE_DIR is its installation, and its arguments are a name and the number of
// attempts. It prints how often it had to react to a block.
import { createApplication } from '../../src/app/app.ts';
import { recordFailure } from '../../src/capabilities/logins/rules/brute-force/brute-force.ts';

const [name = '', times = '0'] = process.argv.slice(2);
const application = createApplication(process.env);
const { engine } = application;
let reactions = 0;
for (let time = 0; time < Number(times); time++) {
  const failure = { user: 'bob', address: '198.51.100.7', password: `${name} ${time}` };
  reactions += await engine.store.transaction('changes', async (db) => ({
    value: (await recordFailure({ ...engine, db }, failure)).length,
    keep: true,
  }));
}
application.close();
console.log(reactions);
