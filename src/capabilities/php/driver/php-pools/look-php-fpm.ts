// What functions measure about PHP-FPM before their transaction begins.
import type { Machine } from '../../../../core/machine.ts';
import type { PhpVersion } from '../../rules/versions.ts';

export interface PoolMemory {
  /** The running processes of all pools. */
  readonly processes: number;
  /** Their memory, in bytes. */
  readonly used: number;
  /** What new programs can use, in bytes. */
  readonly available: number;
}

export async function lookAtMemory(machine: Machine, versions: readonly PhpVersion[]): Promise<PoolMemory> {
  const kernel = await machine.kernel();
  const [{ available }, ...measured] = await Promise.all([
    kernel.memory(),
    ...versions.map(({ fpm }) => kernel.processMemory(`/usr/sbin/${fpm}`, /^php-fpm: pool /)),
  ]);
  return {
    processes: measured.reduce((sum, { count }) => sum + count, 0),
    used: measured.reduce((sum, { bytes }) => sum + bytes, 0),
    available,
  };
}
