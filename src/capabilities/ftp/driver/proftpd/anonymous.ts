// Anonymous FTP of an account: a file that the configuration of ProFTPD includes.
import { MachineError } from '../../../../core/machine-error.ts';
import { FileSteps, type FileDriver, type FileMemento } from '../../../../ground/driver/file-driver.ts';
import type { DriverStep } from '../../../../ground/driver/step.ts';
import { anonymousFile, CONFIGURATION, DIRECTORIES, FOLDERS, secret, tools, UNIT } from './places.ts';

export interface Anonymous {
  readonly home: string;
  /** Without “anonymous@” or “ftp@” before it, which are the logins. */
  readonly domain: string;
  /** The folder that visitors see, below the home. */
  readonly folder: string;
  /** Below it: where visitors may write. Null for nowhere. */
  readonly incoming: string | null;
}

export interface DesiredAnonymous {
  readonly username: string;
  /** The account’s name before, if it is renamed. */
  readonly former?: string;
  /** Null: nobody logs in without a password. */
  readonly anonymous: Anonymous | null;
}

/** Letters that mean nothing to ProFTPD, also between quotation marks. */
const PLAIN = /^[A-Za-z0-9._@/-]+$/;

function render({ home, domain, folder, incoming }: Anonymous): string {
  for (const value of [home, domain, folder, incoming ?? 'none'])
    if (!PLAIN.test(value)) throw new TypeError('A value cannot be in the configuration of ProFTPD.');
  const open =
    incoming === null
      ? []
      : [
          `  <Directory ${incoming}>`,
          '    <Limit STOR MKD CWD CDUP>',
          '      AllowAll',
          '    </Limit>',
          '    <Limit READ DIRS>',
          '      DenyAll',
          '    </Limit>',
          '  </Directory>',
        ];
  return [
    '# Written by whmapi1 (Ftp::set_anonymous_ftp).',
    `<Anonymous ${home}/${folder}>`,
    // Not the account’s own name, which would need no password then.
    `  User anonymous@${domain}`,
    `  UserAlias ftp@${domain} anonymous@${domain}`,
    '  AllowChrootSymlinks off',
    '  MaxClients 20',
    '  DisplayLogin welcome.msg',
    '  <Limit WRITE>',
    '    DenyAll',
    '  </Limit>',
    ...open,
    '</Anonymous>',
    '',
  ].join('\n');
}

const driver: FileDriver<DesiredAnonymous> = {
  name: 'ProFTPD',
  directories: DIRECTORIES,
  tools,
  folders: FOLDERS,
  suits: async ({ tools: found, services }) => !services.isSupported || found.has('proftpd'),
  files: ({ username, former = username, anonymous }) => [
    ...(former === username ? [] : [{ path: anonymousFile(former), content: null, attributes: secret }]),
    {
      path: anonymousFile(username),
      content: anonymous === null ? null : render(anonymous),
      attributes: secret,
    },
  ],
  // The whole configuration is checked before ProFTPD reads it.
  check: async () => undefined,
  async reloads(_desired, changes, { services, tools: found }) {
    if (changes.length === 0 || !services.isSupported) return [];
    if ((await services.state(UNIT)).state !== 'active') return [];
    const before = async () => {
      await found.run('proftpd', ['--configtest', '-c', { path: CONFIGURATION }]);
    };
    return [{ key: 'proftpd reload', before, run: () => services.reload(UNIT) }];
  },
  healthy: async () => undefined,
  isDown: (error) => error instanceof MachineError && /not active|inactive/.test(error.message),
};

const steps = new FileSteps(driver);

export function anonymousStep(desired: DesiredAnonymous): DriverStep<FileMemento> {
  const { username, anonymous } = desired;
  const description =
    anonymous === null
      ? `Let nobody use FTP without a password for “${username}”.`
      : `Let anybody read “${anonymous.home}/${anonymous.folder}” by FTP.`;
  return steps.step(`anonymous ftp ${username}`, description, desired);
}
