// The release of the operating system: os-release(5), and the point release that Debian has in a file of its own.
import type { Machine } from '../../../../core/machine.ts';

export interface OperatingSystem {
  /** `Debian GNU/Linux`. */
  readonly name: string;
  /** `13.6`; without a point release `13`; empty if unknown. */
  readonly fullVersion: string;
  /** `trixie`; empty if unknown. */
  readonly codename: string;
}

export async function readSystemRelease(machine: Machine): Promise<OperatingSystem> {
  const files = await machine.files(['/etc', '/usr/lib']);
  // On Debian, the file in /etc is a link to the other one.
  const isOwn = (await files.facts('/etc/os-release'))?.kind === 'file';
  const text = (await files.readText(isOwn ? '/etc/os-release' : '/usr/lib/os-release')) ?? '';
  const valueOf = (name: string) => new RegExp(`^${name}=["']?([^"'\\n]*)["']?$`, 'm').exec(text)?.[1] ?? '';
  const isDebian = (await files.facts('/etc/debian_version'))?.kind === 'file';
  const point = isDebian ? ((await files.readText('/etc/debian_version')) ?? '').trim() : '';
  return {
    // The default of os-release(5).
    name: valueOf('NAME') || 'Linux',
    // Testing has a name there: `forky/sid`.
    fullVersion: /^\d/.test(point) && valueOf('ID') === 'debian' ? point : valueOf('VERSION_ID'),
    codename: valueOf('VERSION_CODENAME'),
  };
}
