// Chooses the machine: Linux itself for root with the system's state directory, otherwise a sandbox.
import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../core/machine.ts';
import { sandboxSystem, system } from './system.ts';

/** Everything except the certificate of this program's own server, which the application adds. */
export type ChosenMachine = Omit<Machine, 'ownCertificate'>;

/** The parts that `chooseMachine` does not add itself. */
type OneMachine = Omit<
  ChosenMachine,
  | 'acme'
  | 'disks'
  | 'resolver'
  | 'kernel'
  | 'outbound'
  | 'mailer'
  | 'scripts'
  | 'identityProviders'
  | 'system'
>;

export interface MachineChoice {
  readonly userId: number;
  readonly stateDirectory: string;
  /** Milliseconds since 1970-01-01. */
  readonly now: () => number;
  /** The service that `nat_checkip` asks; empty to ask none. Default: see `addresses/public-address.ts`. */
  readonly publicAddressService?: string | undefined;
  /** True if the shared store knows this server by its hostname. */
  readonly isNamedByHostname?: boolean;
  /** True if this program's own server is running. For a sandbox, which cannot ask systemd. */
  readonly isServing?: () => Promise<boolean>;
  /** The nameservers to query, separated by commas: `127.0.0.1:5353`. Default: the nameservers in /etc/resolv.conf. */
  readonly resolvers?: string | undefined;
  /** Networks that requests may reach although they are not public, separated by commas. */
  readonly outboundNetworks?: string | undefined;
  /** A file with certificates that these requests trust too. */
  readonly outboundCertificates?: string | undefined;
  /** The URL of Pushbullet’s API. */
  readonly pushbullet?: string | undefined;
  /** The program that accepts mail. Default: `sendmail`; in a sandbox, mail is stored. */
  readonly sendmail?: string | undefined;
  /** The URL of the ACME directory that AutoSSL uses unless another one is set. Default: Let’s Encrypt. */
  readonly acmeDirectory?: string | undefined;
  /** The port of HTTP on which AutoSSL looks at names. Default: 80. For tests. */
  readonly acmeHttpPort?: string | undefined;
  /** True if identity providers may be on this machine itself, without TLS. For tests. */
  readonly allowsLoopbackProviders?: boolean;
}

const SYSTEM_STATE = '/var/lib/whmapi1';
const BASES = ['/home'];

/** True if the accounts are users of this machine; false if they are users of a sandbox. */
export function isMachine({
  userId,
  stateDirectory,
}: Pick<MachineChoice, 'userId' | 'stateDirectory'>): boolean {
  return userId === 0 && stateDirectory === SYSTEM_STATE;
}

export function chooseMachine(choice: MachineChoice): ChosenMachine {
  const { userId, stateDirectory, now, publicAddressService, resolvers, isServing } = choice;
  const { outboundNetworks, outboundCertificates, pushbullet, sendmail } = choice;
  const { allowsLoopbackProviders = false } = choice;
  const { acmeDirectory, acmeHttpPort } = choice;
  const onMachine = isMachine({ userId, stateDirectory });
  const places = [
    { purpose: 'state directory', path: stateDirectory },
    ...(onMachine ? BASES : [stateDirectory]).map((path) => ({ purpose: 'home directories', path })),
  ];
  const host = onMachine
    ? linuxMachine(stateDirectory, now, publicAddressService)
    : sandboxMachine(stateDirectory, now, publicAddressService, isServing);
  const resolver = async () => {
    const { DnsResolver } = await import('./resolver.ts');
    return new DnsResolver(listOf(resolvers), listOf(outboundNetworks));
  };
  return {
    ...host,
    system: {
      ...(onMachine ? system : sandboxSystem(join(stateDirectory, 'root'))),
      isNamedByHostname: choice.isNamedByHostname ?? false,
    },
    identityProviders: once(async () => {
      const { OpenIdProviders } = await import('./identity-providers/openid-providers.ts');
      return new OpenIdProviders({ allowsLoopback: allowsLoopbackProviders, now });
    }),
    kernel: async () => (await import('./kernel/kernel.ts')).kernel,
    disks: async () => (await import('./disks.ts')).disksOf(places),
    scripts: once(async () => (await import('./scripts.ts')).scriptsOf(onMachine ? undefined : userId)),
    resolver,
    acme: once(async () => {
      const { Acme } = await import('./acme/acme.ts');
      return new Acme({
        directory: acmeDirectory,
        certificates: outboundCertificates,
        httpPort: acmeHttpPort === undefined ? undefined : Number(acmeHttpPort),
        networks: listOf(outboundNetworks),
        resolver,
        now,
      });
    }),
    outbound: async () => {
      const { Outbound } = await import('./outbound/outbound.ts');
      return new Outbound({
        networks: listOf(outboundNetworks),
        certificates: outboundCertificates,
        pushbullet,
      });
    },
    mailer: once(async () => {
      const { Sendmail, StoredMail } = await import('./outbound/mailers.ts');
      if (!onMachine && sendmail === undefined)
        return new StoredMail(join(stateDirectory, 'sandbox-mail'), now);
      return new Sendmail((await import('./linux/run.ts')).run, sendmail);
    }),
  };
}

/**
 * The state directory is private. It contains the records of suspended users and the backups of files.
 * @param userFilesProgram the built `user-files/start.ts`. Default: the one in `dist/`.
 */
export function linuxMachine(
  stateDirectory: string,
  now: () => number,
  publicAddressService?: string,
  userFilesProgram = () => join(__dirname, 'user-files.cjs'),
): OneMachine {
  const users = once(async () => {
    const [{ LinuxUsers }, { run }] = await Promise.all([
      import('./linux/users.ts'),
      import('./linux/run.ts'),
    ]);
    // Debian keeps crontabs in a subdirectory of the directory that cronie uses.
    const crontabs = ['/var/spool/cron/crontabs', '/var/spool/cron'].find((path) => existsSync(path));
    return new LinuxUsers({
      run,
      suspensions: join(stateDirectory, 'suspended'),
      bases: BASES,
      crontabs: crontabs ?? '/var/spool/cron/crontabs',
      skeleton: '/etc/skel',
    });
  });
  const quota = once(async () => {
    const [{ LinuxQuota }, { run }] = await Promise.all([
      import('./linux/quota.ts'),
      import('./linux/run.ts'),
    ]);
    return new LinuxQuota(run, await users(), BASES);
  });
  const firewall = once(async () => {
    const [{ LinuxFirewall }, { run }] = await Promise.all([
      import('./linux/firewall.ts'),
      import('./linux/run.ts'),
    ]);
    return new LinuxFirewall(run, now);
  });
  const commands = once(async () => new (await import('./linux/commands.ts')).LinuxCommands());
  const services = once(async () => {
    const [{ SystemdServices }, { run }] = await Promise.all([
      import('./services/systemd.ts'),
      import('./linux/run.ts'),
    ]);
    return new SystemdServices(run);
  });
  const processes = once(async () => {
    const [{ LinuxProcesses }, { run }] = await Promise.all([
      import('./linux/listed-processes.ts'),
      import('./linux/run.ts'),
    ]);
    return new LinuxProcesses(run);
  });
  const { files, sqliteFiles, fileCopies, customFiles, tools } = filesAndTools({
    stateDirectory,
    root: '',
    now,
  });
  const addresses = once(async () => {
    const [{ LinuxAddresses }, { AddressKeepers, KEEPER_DIRECTORIES }, { AddedFileOnDisk }, { run }] =
      await Promise.all([
        import('./linux/addresses.ts'),
        import('./linux/address-keepers.ts'),
        import('./linux/added-file.ts'),
        import('./linux/run.ts'),
      ]);
    return new LinuxAddresses({
      run,
      added: new AddedFileOnDisk(join(stateDirectory, 'addresses')),
      keepers: new AddressKeepers(run, await files(KEEPER_DIRECTORIES)),
      askPublicAddress: askBy(publicAddressService),
    });
  });
  const ofUsers = once(async () => {
    const { LinuxUserFiles } = await import('./linux/user-files.ts');
    return new LinuxUserFiles(await users(), BASES, userFilesProgram);
  });
  const userFiles = async (name: string) => (await ofUsers()).of(name);
  const crontabs = once(async () => {
    const [{ LinuxCrontabs }, { runWithErrors }] = await Promise.all([
      import('./linux/user-crontabs.ts'),
      import('./linux/run.ts'),
    ]);
    return new LinuxCrontabs(runWithErrors, await users(), BASES);
  });
  const databases = once(async () => {
    const { Databases, sockets } = await import('./databases/servers.ts');
    return new Databases(sockets);
  });
  return {
    ...{ users, quota, firewall, commands, services, processes, addresses, databases },
    ...{ files, sqliteFiles, fileCopies, customFiles, tools, userFiles, crontabs },
  };
}

export function sandboxMachine(
  stateDirectory: string,
  now: () => number,
  publicAddressService?: string,
  isServing?: () => Promise<boolean>,
): OneMachine {
  const root = join(stateDirectory, 'root');
  const users = once(async () => new (await import('./sandbox/users.ts')).SandboxUsers(root, now));
  const quota = once(async () => new (await import('./sandbox/quota.ts')).SandboxQuota(root, await users()));
  const firewall = once(async () => new (await import('./sandbox/firewall.ts')).SandboxFirewall());
  const commands = once(async () => new (await import('./sandbox/commands.ts')).SandboxCommands());
  const services = once(async () => {
    const { RecordedServices } = await import('./services/recorded.ts');
    return new RecordedServices(join(stateDirectory, 'sandbox-services', 'services.json'), isServing);
  });
  const addresses = once(async () => {
    const { SandboxAddresses } = await import('./sandbox/addresses.ts');
    return new SandboxAddresses({ root, askPublicAddress: askBy(publicAddressService) });
  });
  return {
    users,
    quota,
    firewall,
    commands,
    services,
    processes: async () => (await import('./sandbox/processes.ts')).sandboxProcesses,
    addresses,
    databases: once(async () => {
      const { Databases, socketsOfSandbox } = await import('./databases/servers.ts');
      return new Databases(socketsOfSandbox(join(stateDirectory, 'sandbox-services')));
    }),
    crontabs: once(async () => {
      const { SandboxCrontabs } = await import('./sandbox/user-crontabs.ts');
      return new SandboxCrontabs(root, await users());
    }),
    userFiles: async (name) => {
      const { sandboxUserFiles } = await import('./sandbox/user-files.ts');
      return sandboxUserFiles(root, await users(), name);
    },
    ...filesAndTools({ stateDirectory, root, now }),
  };
}

interface Ground {
  readonly stateDirectory: string;
  /** The directory that replaces the machine's root directory: empty on Linux itself. */
  readonly root: string;
  readonly now: () => number;
}

function filesAndTools({
  stateDirectory,
  root,
  now,
}: Ground): Pick<OneMachine, 'files' | 'sqliteFiles' | 'fileCopies' | 'customFiles' | 'tools'> {
  const isSandbox = root !== '';
  const kept = join(stateDirectory, 'files');
  const files = async (directories: readonly string[], owner?: number) => {
    const { Files } = await import('./files/files.ts');
    return new Files({ root, directories, kept, setsOwners: !isSandbox, now, owner });
  };
  return {
    files,
    sqliteFiles: async (directories) => {
      const { SqliteFiles } = await import('./sqlite-files.ts');
      return new SqliteFiles(await files(directories));
    },
    fileCopies: async () => {
      const { Backups } = await import('./files/backups.ts');
      const copies = new Backups(join(kept, 'backups'), { setsOwners: !isSandbox, now });
      const isThere = (path: string) => lstatSync(root + path, { throwIfNoEntry: false }) !== undefined;
      return { prune: (before) => copies.prune(before, isThere) };
    },
    customFiles: async (folder) => {
      const { Files } = await import('./files/files.ts');
      const path = join(stateDirectory, folder);
      const files = new Files({ root: '', directories: [path], kept, setsOwners: false, now });
      return {
        list: () => files.list(path),
        readText: (name, maxBytes) => files.readText(join(path, name), maxBytes),
      };
    },
    tools: async (tools) => new (await import('./tools.ts')).Tools({ root, tools, isSandbox }),
  };
}

export function askBy(service: string | undefined): (local: string) => Promise<string> {
  return async (local) => {
    if (service === '') {
      const { MachineError } = await import('../core/machine-error.ts');
      throw new MachineError(
        'failed',
        'WHMAPI1_PUBLIC_ADDRESS_SERVICE is empty, so the public address cannot be determined. Set it to the URL of a service.',
      );
    }
    const { askPublicAddress, PUBLIC_ADDRESS_SERVICE } = await import('./addresses/public-address.ts');
    return askPublicAddress(local, service ?? PUBLIC_ADDRESS_SERVICE);
  };
}

function listOf(text = ''): string[] {
  return text.split(',').filter((one) => one !== '');
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}
