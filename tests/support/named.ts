// BIND’s own tools, which are authoritative for zone files.
import { spawnSync } from 'node:child_process';

export interface Compiled {
  readonly isLoaded: boolean;
  /** Owner, TTL, class, type and data as BIND writes them, one record per line, sorted, without the final SOA. */
  readonly records: readonly string[];
  /** The messages of the tool. */
  readonly messages: string;
}

/** Loads a zone file (octets) with named-compilezone, without its recommendations for zones. */
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
