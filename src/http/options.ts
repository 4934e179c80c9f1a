// The options of whmapi1d.
import { isIPv4 } from 'node:net';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { nearest } from '../core/nearest.ts';

export interface DaemonOptions {
  readonly bind: string;
  readonly port: number;
  /** Undefined: no plain HTTP. */
  readonly httpPort?: number;
  /** Where accounts log in over HTTPS. Undefined: nowhere. */
  readonly accountPort: number | undefined;
  /** Undefined: no plain HTTP for accounts. */
  readonly accountHttpPort?: number;
  /** Where accounts read their mail over HTTPS. Undefined: nowhere. */
  readonly webmailPort: number | undefined;
  /** Undefined: no plain HTTP for webmail. */
  readonly webmailHttpPort?: number;
  readonly allowPlainHttp: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly logLevel: LogLevel;
  /** Tasks run only in `whmapi1 --run-tasks`. */
  readonly noTasks: boolean;
  readonly printUnit: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof levels)[number];

/** One row of the help, with the option’s environment variable. */
const optionRows = [
  {
    flags: '--bind <address>',
    doc: 'the address to listen at',
    variable: 'WHMAPI1D_BIND',
    default: '127.0.0.1',
  },
  {
    flags: '--port <number>',
    doc: 'the port for HTTPS; 0 uses a free port',
    variable: 'WHMAPI1D_PORT',
    default: 2087,
  },
  {
    flags: '--http-port <number>',
    doc: 'also listen for plain HTTP on this port (WHM’s is 2086), only at a loopback address',
    variable: 'WHMAPI1D_HTTP_PORT',
  },
  {
    flags: '--account-port <number>',
    doc: 'the port for accounts, HTTPS (default: 2083, if --port is 2087)',
    variable: 'WHMAPI1D_ACCOUNT_PORT',
  },
  {
    flags: '--account-http-port <number>',
    doc: 'also plain HTTP for accounts (cPanel’s is 2082), only at a loopback address',
    variable: 'WHMAPI1D_ACCOUNT_HTTP_PORT',
  },
  { flags: '--no-accounts', doc: 'do not serve accounts' },
  {
    flags: '--webmail-port <number>',
    doc: 'the port for webmail, HTTPS (default: 2096, if --port is 2087)',
    variable: 'WHMAPI1D_WEBMAIL_PORT',
  },
  {
    flags: '--webmail-http-port <number>',
    doc: 'also plain HTTP for webmail (cPanel’s is 2095), only at a loopback address',
    variable: 'WHMAPI1D_WEBMAIL_HTTP_PORT',
  },
  { flags: '--no-webmail', doc: 'do not serve webmail' },
  { flags: '--allow-plain-http', doc: 'allow plain HTTP at an address that others can reach' },
  {
    flags: '--tls-cert <path>',
    doc: 'the certificate (PEM); default: the installed one, or a self-signed one',
    variable: 'WHMAPI1D_TLS_CERT',
  },
  { flags: '--tls-key <path>', doc: 'the certificate’s key (PEM)', variable: 'WHMAPI1D_TLS_KEY' },
  {
    flags: '--log-level <level>',
    doc: levels.join(', '),
    variable: 'WHMAPI1D_LOG_LEVEL',
    default: 'info',
    choices: levels,
  },
  { flags: '--no-tasks', doc: 'do not run tasks; use whmapi1 --run-tasks' },
  { flags: '--print-unit', doc: 'print the systemd unit for this installation' },
  { flags: '-h, --help', doc: 'show this help' },
  { flags: '--version', doc: 'show the version' },
] as const;

/** @throws CommanderError with the problem as its message. */
export function readOptions(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): DaemonOptions {
  const program = new Command('whmapi1d')
    .helpOption(false)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  for (const row of optionRows) {
    const option = new Option(row.flags);
    if ('choices' in row) option.choices(row.choices);
    if (row.flags.includes('port <')) option.argParser(portOf);
    if ('default' in row) option.default(row.default);
    program.addOption(option);
  }
  try {
    program.parse([...fromEnvironment(environment), ...argv], { from: 'user' });
  } catch (error) {
    throw withHint(error);
  }
  const {
    // commander treats an option that begins with “no” as the negation of one that is on by default.
    tasks,
    accounts,
    webmail,
    allowPlainHttp = false,
    printUnit = false,
    help = false,
    version = false,
    ...others
  } = program.opts<
    Omit<DaemonOptions, 'allowPlainHttp' | 'noTasks' | 'printUnit' | 'help' | 'version'> &
      Partial<DaemonOptions> & {
        readonly tasks: boolean;
        readonly accounts: boolean;
        readonly webmail: boolean;
      }
  >();
  for (const [isServed, refusal, option, port] of [
    [accounts, '--no-accounts', '--account-port', others.accountPort],
    [accounts, '--no-accounts', '--account-http-port', others.accountHttpPort],
    [webmail, '--no-webmail', '--webmail-port', others.webmailPort],
    [webmail, '--no-webmail', '--webmail-http-port', others.webmailHttpPort],
  ] as const) {
    if (isServed || port === undefined) continue;
    throw new CommanderError(2, 'door', `${option} and ${refusal} exclude each other. Omit one of them.`);
  }
  const accountPort = accounts ? portFor(others.port, others.accountPort, 2083) : undefined;
  const webmailPort = webmail ? portFor(others.port, others.webmailPort, 2096) : undefined;
  for (const [name, port, httpPort] of [
    ['account', accountPort, others.accountHttpPort],
    ['webmail', webmailPort, others.webmailHttpPort],
  ] as const) {
    if (port !== undefined || httpPort === undefined) continue;
    throw new CommanderError(2, 'door', `--${name}-http-port needs --${name}-port, too.`);
  }
  const options = {
    ...others,
    accountPort,
    webmailPort,
    noTasks: !tasks,
    allowPlainHttp,
    printUnit,
    help,
    version,
  };
  if ((options.tlsCert === undefined) !== (options.tlsKey === undefined)) {
    throw new CommanderError(2, 'pair', '--tls-cert and --tls-key belong together. Use both or neither.');
  }
  const { bind } = options;
  const isLocal = (isIPv4(bind) && bind.startsWith('127.')) || bind === '::1' || bind === 'localhost';
  for (const [name, port] of [
    ['--http-port', options.httpPort],
    ['--account-http-port', options.accountHttpPort],
    ['--webmail-http-port', options.webmailHttpPort],
  ] as const) {
    if (port === undefined || isLocal || allowPlainHttp) continue;
    throw new CommanderError(
      2,
      'plain',
      `Plain HTTP at ${options.bind} would expose passwords to the network. Omit ${name}, or add ` +
        `--allow-plain-http.`,
    );
  }
  return options;
}

/** A server on another port than WHM’s is one of several, so it takes no further port unasked. */
function portFor(whmPort: number, given: number | undefined, usual: number): number | undefined {
  return given ?? (whmPort === 2087 ? usual : undefined);
}

/** Commander compares an unknown option together with its value. */
function withHint(error: unknown): unknown {
  if (!(error instanceof CommanderError) || error.code !== 'commander.unknownOption') return error;
  const [, name = ''] = /'--([^'=]+)=/.exec(error.message) ?? [];
  const known = optionRows.map(({ flags }) => flags.replace(/^--/, '').replace(/ .*$/, ''));
  const [near] = nearest(name, known, 1);
  if (near === undefined) return error;
  return new CommanderError(2, error.code, `unknown option '--${name}'. Did you mean --${near}?`);
}

/** As options in front of the given ones. */
function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): string[] {
  return optionRows.flatMap((row) => {
    const value = 'variable' in row ? environment[row.variable] : undefined;
    const [name = ''] = row.flags.split(' ');
    return value === undefined || value === '' ? [] : [`${name}=${value}`];
  });
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('Use a port number from 0 to 65535.');
  return port;
}

export function helpText(): string {
  const rows = optionRows.map((row) => {
    const variable = 'variable' in row ? ` [${row.variable}]` : '';
    const standard = 'default' in row ? ` (${row.default})` : '';
    return `  ${row.flags.padEnd(28)} ${row.doc}${standard}${variable}`;
  });
  return `Usage: whmapi1d [options]

Serves WHM API 1 over HTTPS: the JSON API, the XML API, logins, and a web page. On another port, it serves accounts:
UAPI and API 2, logins, and a page of their own. On a third port, accounts read their mail.

Options (an option with a name in brackets can also be set by that environment variable):
${rows.join('\n')}

The first line on standard output shows its address. SIGHUP reloads the certificate. SIGTERM stops the server.
`;
}
