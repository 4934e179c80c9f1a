// The options of the command line as data: commander, the help and completion read the same rows.
import { formats, tabularFormats } from '../render/format.ts';

/** Options of calls to other servers. `count`: a whole number, 1 or more. */
const remoteOptionRows = [
  {
    flags: '--host <host>',
    doc: 'call there: HOST, HOST:PORT, lists with commas, @GROUP of the profile or @FILE; repeatable',
    collect: true,
  },
  { flags: '--login <user>', doc: 'with --host: as whom (root)' },
  { flags: '--token-file <path>', doc: 'with --host: where the API token stands' },
  { flags: '--profile <name>', doc: 'servers and logins kept under this name' },
  { flags: '--configure', doc: 'list the profiles, and write one' },
  { flags: '--cacert <path>', doc: 'with --host: the issuer of the servers’ certificates (PEM)' },
  {
    flags: '--pin <fingerprint>',
    doc: 'with --host: the certificate (sha256:...), or first-use; repeatable',
    collect: true,
  },
  { flags: '--timeout <seconds>', doc: 'with --host: how long a server may take (300)', count: true },
  { flags: '--parallel <number>', doc: 'with --host: how many servers at a time (8)', count: true },
  { flags: '--failfast', doc: 'with --host: begin with no further server once one has failed' },
  { flags: '--resume <file>', doc: 'with --host: record the servers that are done, and leave them out' },
] as const;

/** Commands that administer an installation. */
const administrationRows = [
  { flags: '--doctor', doc: 'check the installation, and print the commands that fix what is wrong' },
  { flags: '--backup <file>', doc: 'copy the store to a file, while calls go on' },
  { flags: '--restore <file>', doc: 'replace an empty store by a backup; --force: any store' },
  { flags: '--with-key', doc: 'with --backup: include the key that encrypts the secrets' },
  { flags: '--force', doc: 'with --backup or --restore: replace what is there' },
  {
    flags: '--log',
    doc: 'print the audit log of this server, oldest first: user=, function=, address=, xid=, result=, error_code=, since=2h, until=',
  },
  { flags: '--follow', doc: 'with --log: go on with new lines until Ctrl-C' },
  {
    flags: '--tasks',
    doc: 'list the tasks, which go on after their call; with an ID: one task and its log; state=, kind=',
  },
  {
    flags: '--wait',
    doc: 'with the ID of a task, or before a function that starts one: wait until it has ended',
  },
  { flags: '--stop-task <id>', doc: 'stop a task', completes: 'task' },
  { flags: '--run-tasks', doc: 'run the tasks that are due, if whmapi1d does not' },
  {
    flags: '--secondaries',
    doc: 'list the name servers that copy the zones of this one, and the servers of its store',
  },
  {
    flags: '--add-secondary <address>',
    doc: 'let a name server copy all zones, and print its key and configuration: 192.0.2.53, 192.0.2.53:5353',
  },
  { flags: '--remove-secondary <address>', doc: 'stop that' },
  {
    flags: '--sandbox-services',
    doc: 'in a sandbox: serve its DNS zones on a free port of 127.0.0.1, by a named of its own, until Ctrl-C',
  },
  { flags: '--enrol', doc: 'set up two-factor authentication at the terminal, step by step' },
] as const;

/** Options of a call on any server, and of how its response is printed. */
const callRows = [
  {
    flags: '-o, --output <format>',
    doc: 'how the response is written: yaml, json, jsonpretty, xml, or its list as table or csv',
    choices: [...formats, ...tabularFormats],
    default: 'yaml',
  },
  { flags: '-q, --quiet', doc: 'print nothing if the call works' },
  {
    flags: '--file <key=path>',
    doc: 'read a value from a file (- is standard input); repeatable',
    collect: true,
  },
  {
    flags: '--input <format>',
    doc: 'json: read more arguments from standard input, as one JSON object',
    choices: ['json'],
  },
  {
    flags: '--user <name>',
    doc: 'make the call as this reseller, and with no more than its privileges',
    completes: 'reseller',
  },
  { flags: '--dry-run', doc: 'check and run everything, keep nothing' },
  {
    flags: '--color <when>',
    doc: 'colour what people read: auto, always or never',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
  },
] as const;

const listRows = [
  { flags: '--fields <names>', doc: 'return only these fields of a list: user,domain,plan' },
  {
    flags: '--filter <condition>',
    doc: 'return only matching records: FIELD=VALUE, FIELD~TEXT (contains), FIELD^TEXT (begins), FIELD<N, FIELD>N; repeatable',
    collect: true,
  },
  { flags: '--sort <fields>', doc: 'sort a list: FIELD, or -FIELD for descending order' },
] as const;

const helpRows = [
  { flags: '-h, --help', doc: 'show this help, or the help of a function or a family' },
  { flags: '--all', doc: 'with --help: name the functions that are not provided here as well' },
  { flags: '--search <words>', doc: 'find functions by what they do' },
  {
    flags: '--completion <shell>',
    doc: 'print what makes the Tab key of a shell complete: bash, zsh or fish',
    choices: ['bash', 'zsh', 'fish'],
  },
  { flags: '--openapi', doc: 'print the description of all functions for HTTP clients (OpenAPI 3.1)' },
  { flags: '--version', doc: 'show the version' },
] as const;

const storeRows = [
  {
    flags: '--migrate-store',
    doc: 'move everything from one store to another: --migrate-store sqlite postgres, or back',
  },
  {
    flags: '--forget-server <name>',
    doc: 'of servers with one store: free what this one, which will not come back, keeps from others',
  },
  {
    flags: '--accounts <fate>',
    doc: 'with --forget-server: remove its accounts, or keep them for another machine of that name',
    choices: ['keep', 'remove'],
  },
] as const;

/** One row of the help: an option, and what it does. */
export const optionRows = [
  ...callRows,
  ...listRows,
  ...remoteOptionRows,
  ...helpRows,
  ...administrationRows,
  ...storeRows,
] as const;

export type OptionRow = (typeof optionRows)[number];

/** As `--help options` shows them. */
export const optionGroups: readonly { readonly title: string; readonly rows: readonly OptionRow[] }[] = [
  { title: 'Calls and their responses:', rows: callRows },
  { title: 'Functions that return a list:', rows: listRows },
  { title: 'Calls to other servers:', rows: remoteOptionRows },
  { title: 'Help and descriptions:', rows: helpRows },
  { title: 'Administration:', rows: [...administrationRows, ...storeRows] },
];

const commonNames: ReadonlySet<string> = new Set(
  '--output --quiet --fields --filter --sort --file --user --dry-run --host --help --search --enrol --doctor --version'.split(
    ' ',
  ),
);

/** What most people need: `--help` shows these. */
export const commonRows: readonly OptionRow[] = optionRows.filter(({ flags }) =>
  commonNames.has(/--[a-z-]+/.exec(flags)?.[0] ?? ''),
);
