// Many processes in which logins fail at the same moment: every failure is counted, and there is one block.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { builtScript } from '../support/built-script.ts';
import { call, freshFolder } from '../support/command.ts';

const here = freshFolder();
const worker = builtScript('tests/process/brute-force-worker.ts');

const fail = async (name: string, times: number) => {
  const { stdout } = await promisify(execFile)(process.execPath, [worker.path, name, String(times)], {
    env: { WHMAPI1_STATE_DIR: here.state, HOME: here.path, PATH: process.env.PATH },
  });
  return Number(stdout);
};

it('counts the failures of each, and only one of them reacts', async () => {
  const reactions = await Promise.all(['a', 'b', 'c', 'd'].map((name) => fail(name, 5)));
  expect(reactions.reduce((sum, one) => sum + one)).toBe(1);
  const { data: failed } = await call(['get_cphulk_failed_logins'], { state: here.state });
  expect(failed?.failed_logins).toHaveLength(20);
  const { data: blocked } = await call(['get_cphulk_brutes'], { state: here.state });
  expect(blocked?.brutes).toMatchObject([
    { ip: '198.51.100.7', notes: '5 failed logins within 15 minutes.' },
  ]);
  // The same attempts again, with the key that one of the processes created.
  expect(await fail('a', 5)).toBe(0);
  const { data: again } = await call(['get_cphulk_failed_logins'], { state: here.state });
  expect(again?.failed_logins).toHaveLength(20);
});
