// Replaces the files php.ini of a release. PHP-FPM itself checks them, and is reloaded.
import { MachineError } from '../../../core/machine-error.ts';
import { FileSteps, type FileDriver } from '../../../ground/driver/file-driver.ts';
import { exclusively, isDown, isRunning, reload } from './php-pools/control.ts';
import { CONFIGURATION, PROCESSES } from './php-pools/places.ts';
import { complaintsAbout, iniTools, type PhpPrograms } from './ini-parser.ts';

/** JSON. */
export interface DesiredIni {
  readonly php: PhpPrograms;
  readonly files: readonly {
    readonly path: string;
    readonly content: string;
    /** The digest of the version that the new one is based on. Null if there was none. */
    readonly replaces: string | null;
  }[];
}

export const iniSteps = (php: PhpPrograms) => new FileSteps(iniDriver(php));

const folder = { mode: 0o755 };

function iniDriver(php: PhpPrograms): FileDriver<DesiredIni> {
  const { release, fpm } = php;
  return {
    name: `PHP ${release}`,
    directories: [CONFIGURATION, PROCESSES],
    tools: iniTools(php),
    suits: () => Promise.resolve(true),
    // Debian's packages have the folders; a sandbox has not.
    folders: [CONFIGURATION, `${CONFIGURATION}/${release}`, `${CONFIGURATION}/${release}/fpm`].map(
      (path) => ({
        path,
        attributes: folder,
      }),
    ),
    files: ({ files }) => files.map((file) => ({ ...file, attributes: { mode: 0o644 } })),
    async check(_desired, staged, { files, tools }) {
      for (const [path, copy] of staged) {
        const found = await complaintsAbout(tools, php, copy);
        // What PHP complains about already is not a reason to reject the new version.
        const isThere = found.length > 0 && (await files.facts(path)) !== undefined;
        const known = new Set(isThere ? await complaintsAbout(tools, php, path) : []);
        const fresh = found.filter((text) => !known.has(text));
        if (fresh.length === 0) continue;
        throw new MachineError('failed', `PHP-FPM ${release} rejects “${path}”: ${fresh.join(' / ')}.`);
      }
    },
    async reloads(_desired, changes, port) {
      if (changes.length === 0 || !(await isRunning(release, port))) return [];
      // The key of the pools, so that both share a reload.
      return [{ key: fpm, run: () => reload(release, port), exclusively: exclusively(release, port) }];
    },
    healthy: () => Promise.resolve(),
    isDown,
  };
}
