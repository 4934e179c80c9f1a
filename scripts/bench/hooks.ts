// Whole processes of a call that can have script hooks: without any, with one of another event, and with one of its own.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { median, time, type Environment } from './measure.ts';

/** `twofactorauth_set_issuer` stores a value too, and cannot have hooks. */
export function compareHooks(program: string, work: string, environment: Environment, runs: number): void {
  const cases = [
    { name: 'twofactorauth_set_issuer', command: ['twofactorauth_set_issuer', 'issuer=bench'] },
    { name: 'set_tweaksetting, no hooks', command: SET },
    { name: 'set_tweaksetting, a hook of createacct', command: SET, event: 'Accounts::Create' },
    { name: 'set_tweaksetting, a hook: /bin/true', command: SET, event: 'TweakSettings::Main' },
  ].map((one, at) => ({
    ...one,
    state: prepare(program, join(work, `hooks-${at}`), environment, one.event),
  }));
  const times = cases.map((): number[] => []);
  for (let run = -3; run < runs; run++) {
    cases.forEach(({ command, state }, at) => {
      const took = time([program, '--output=json', ...command], { ...environment, WHMAPI1_STATE_DIR: state });
      if (run >= 0) times[at]?.push(took);
    });
  }
  const floor = median(times[0] ?? []);
  console.log('\nCalls that can have script hooks\n\n| call | median ms | ratio |\n| --- | --- | --- |');
  cases.forEach(({ name }, at) => {
    const middle = median(times[at] ?? []);
    console.log(`| ${name} | ${middle.toFixed(1)} | ${(middle / floor).toFixed(2)} |`);
  });
}

const SET = ['set_tweaksetting', 'key=chkservd_check_interval', 'value=60'];

function prepare(
  program: string,
  state: string,
  environment: Environment,
  event: string | undefined,
): string {
  mkdirSync(state, { mode: 0o700 });
  const options = ['--manual', '--category', 'Whostmgr', '--event', event ?? '', '--stage', 'post'];
  const words = event === undefined ? ['listpkgs'] : ['--hook', 'add', 'script', '/bin/true', ...options];
  const { status, stderr } = spawnSync(process.execPath, [program, ...words], {
    env: { ...environment, WHMAPI1_STATE_DIR: state },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return state;
}
