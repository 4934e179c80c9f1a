// BIND’s own tools, which are the authority on zone files.
import { spawnSync } from 'node:child_process';

export interface Compiled {
  readonly isLoaded: boolean;
  /** Owner, TTL, class, type and data as BIND writes them, a record a line, sorted; the final SOA is left out. */
  readonly records: readonly string[];
  /** What the tool reports. */
  readonly messages: string;
}

/** Loads a zone file (octets) as named-compilezone does, without its advice on what zones should have. */
export function compileZone(zone: string, text: string): Compiled {
  const advice = [
    '-i',
    'none',
    '-k',
    'ignore',
    '-m',
    'ignore',
    '-M',
    'ignore',
    '-n',
    'ignore',
    '-r',
    'ignore',
  ];
  const run = spawnSync(
    'named-compilezone',
    [...advice, '-S', 'ignore', '-s', 'full', '-o', '-', zone.replace(/(.)\.$/, '$1'), '-'],
    {
      input: Buffer.from(text, 'latin1'),
      encoding: 'latin1',
      env: { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
    },
  );
  if (run.error !== undefined) throw run.error;
  const lines = run.stdout.split('\n').filter((line) => line !== '' && !line.startsWith(';'));
  return {
    isLoaded: run.status === 0,
    records:
      run.status === 0
        ? lines.map((line) => line.replace(/^(\S+)\s+(\d+)\s+IN\s+(\S+)\s+/, '$1 $2 IN $3 ')).sort()
        : [],
    messages: run.stderr + (run.status === 0 ? '' : run.stdout),
  };
}
