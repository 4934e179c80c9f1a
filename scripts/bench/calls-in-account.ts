// Calls inside an account by the native command, through the server: the processor time of a call, in the command and in
// the server. It depends less on the load of the machine than the time that a loop takes.
import { median, processorOf, processorTimeOf, type Environment } from './measure.ts';

const ROUNDS = 30;
const CALLS = 50;

/**
 * The first call is what the others are compared with.
 * @param pid the server.
 */
export function compareCallsInAccount(
  native: string,
  pid: number,
  calls: readonly (readonly string[])[],
  environment: Environment,
): void {
  const loop = (words: readonly string[]) =>
    `i=0; while [ $i -lt ${CALLS} ]; do ${native} ${words.join(' ')}; i=$((i + 1)); done`;
  const spent = calls.map(() => ({ command: [] as number[], server: [] as number[] }));
  for (let round = -2; round < ROUNDS; round++) {
    calls.forEach((words, at) => {
      const before = processorTimeOf(pid);
      const command = processorOf(['sh', '-ec', loop(words)], environment);
      const server = processorTimeOf(pid) - before;
      if (round < 0) return;
      // Milliseconds to microseconds.
      spent[at]?.command.push((1000 * command) / CALLS);
      spent[at]?.server.push((1000 * server) / CALLS);
    });
  }
  const rows = spent.map(({ command, server }) => [median(command), median(server)] as const);
  const floor = (rows[0]?.[0] ?? NaN) + (rows[0]?.[1] ?? NaN);
  console.log('\nProcessor time of a call through the server, µs\n');
  console.log('| call | command | server | ratio of the sums | to reach |\n| --- | --- | --- | --- | --- |');
  rows.forEach(([command, server], at) => {
    const ratio = ((command + server) / floor).toFixed(2);
    const name = calls[at]?.[0] ?? '';
    console.log(
      `| ${name} | ${command.toFixed(0)} | ${server.toFixed(0)} | ${ratio} | ${at === 0 ? '' : '1.15'} |`,
    );
  });
}
