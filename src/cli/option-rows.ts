// The options of the command line as data. commander, help and completion use the same rows.
import { formats, tabularFormats } from '../render/format.ts';

/** The options of calls to other servers. `count`: an integer of 1 or more. */
const remoteOptionRows = [
  {
    flags: '--host <host>',
    doc: 'call this remote server: HOST, HOST:PORT, a comma-separated list, @GROUP (profile) or @FILE; repeatable',
    collect: true,
  },
  { flags: '--login <user>', doc: 'with --host: the user to log in as (default: root)' },
  { flags: '--token-file <path>', doc: 'with --host: the file with the API token' },
  { flags: '--profile <name>', doc: 'use the stored servers and logins with this name' },
  { flags: '--configure', doc: 'list the profiles, and write one' },
  { flags: '--cacert <path>', doc: 'with --host: the CA of the servers’ certificates (PEM)' },
  {
    flags: '--pin <fingerprint>',
    doc: 'with --host: the certificate (sha256:...), or first-use; repeatable',
    collect: true,
  },
  {
    flags: '--timeout <seconds>',
    doc: 'with --host: the time limit for each server (default: 300)',
    count: true,
  },
  {
    flags: '--parallel <number>',
    doc: 'with --host: the number of servers to call at a time (default: 8)',
    count: true,
  },
  { flags: '--failfast', doc: 'with --host: stop starting new calls after the first failure' },
  { flags: '--resume <file>', doc: 'with --host: record the completed servers, and skip them' },
] as const;

/** Commands that administer an installation. */
const administrationRows = [
  { flags: '--doctor', doc: 'check the installation, and print the commands that fix the problems' },
  { flags: '--backup <file>', doc: 'copy the store to a file while calls continue' },
  { flags: '--restore <file>', doc: 'replace an empty store with a backup; with --force: any store' },
  {
    flags: '--rebuild',
    doc: 'create again what the store has and the server lacks: users, zones, websites; of the named accounts, or of all',
  },
  { flags: '--with-key', doc: 'with --backup: include the key that encrypts the secrets' },
  {
    flags: '--force',
    doc: 'with --backup or --restore: replace what exists; with --rebuild: without passwords and zones whose key is lost',
  },
  {
    flags: '--log',
    doc: 'print the audit log of this server, oldest first: user=, function=, address=, xid=, result=, error_code=, since=2h, until=',
  },
  { flags: '--follow', doc: 'with --log: continue with new lines until Ctrl-C' },
  {
    flags: '--tasks',
    doc: 'list the tasks, which continue after their call; with an ID: one task and its log; state=, kind=',
  },
  {
    flags: '--wait',
    doc: 'with the ID of a task, or before a function that starts one: wait until it has ended',
  },
  { flags: '--stop-task <id>', doc: 'stop a task', completes: 'task' },
  { flags: '--run-tasks', doc: 'run the tasks that are due, if whmapi1d does not' },
  {
    flags: '--secondaries',
    doc: 'list the nameservers that copy the zones of this one, and the servers of its store',
  },
  {
    flags: '--add-secondary <address>',
    doc: 'let a nameserver copy all zones, and print its key and configuration: 192.0.2.53, 192.0.2.53:5353',
  },
  { flags: '--remove-secondary <address>', doc: 'stop that' },
  {
    flags: '--export-databases <user>',
    doc: 'write the databases of an account, with their users, to a new directory: --export-databases bob /root/bob',
    completes: 'account',
  },
  {
    flags: '--import-databases <user>',
    doc: 'create the databases and users in such a directory, or in an unpacked cpmove archive, for an account',
    completes: 'account',
  },
  {
    flags: '--hook <action>',
    doc: 'as the first word: register scripts that run before and after calls: --hook add, delete, list, events; --hook help',
  },
  {
    flags: '--sandbox-services',
    doc: 'in a sandbox: serve its DNS zones on a free port of 127.0.0.1, by a named of its own, until Ctrl-C',
  },
  {
    flags: '--pam-prompt',
    doc: 'for PAM: whether a login by SSH, su or sudo needs a security code (exit status 1)',
  },
  { flags: '--pam-check', doc: 'for PAM: check the security code on standard input' },
  { flags: '--enrol', doc: 'set up two-factor authentication at the terminal, step by step' },
] as const;

/** The options of a call on any server, and of its output. */
const callRows = [
  {
    flags: '-o, --output <format>',
    doc: 'how the response is written: yaml, json, jsonpretty, xml, or its list as table or csv',
    choices: [...formats, ...tabularFormats],
    default: 'yaml',
  },
  { flags: '-q, --quiet', doc: 'print nothing if the call succeeds' },
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
    doc: 'call as this reseller, with its privileges',
    completes: 'reseller',
  },
  { flags: '--dry-run', doc: 'validate and run the call without saving any changes' },
  {
    flags: '--confirm',
    doc: 'at a terminal: before a call that destroys something, say what is lost and ask',
  },
  {
    flags: '--color <when>',
    doc: 'colour text for people: auto, always or never',
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
  { flags: '--all', doc: 'with --help: include the functions that are not provided' },
  { flags: '--search <words>', doc: 'find functions by what they do' },
  {
    flags: '--completion <shell>',
    doc: 'print the completion script for a shell: bash, zsh or fish',
    choices: ['bash', 'zsh', 'fish'],
  },
  { flags: '--openapi', doc: 'print the description of all functions for HTTP clients (OpenAPI 3.1)' },
  { flags: '--version', doc: 'show the version' },
  {
    flags: '--verbose',
    doc: 'with --version: also show whether whmapi1d runs the calls of this command, and the state directory',
  },
] as const;

const storeRows = [
  {
    flags: '--migrate-store',
    doc: 'move everything from one store to another: --migrate-store sqlite postgres, or back',
  },
  {
    flags: '--forget-server <name>',
    doc: 'forget a decommissioned server of the shared store and release its locks',
  },
  {
    flags: '--accounts <fate>',
    doc: 'with --forget-server: remove its accounts, or keep them for a new server of that name',
    choices: ['keep', 'remove'],
  },
] as const;

/** The rows of help: each is an option with its description. */
export const optionRows = [
  ...callRows,
  ...listRows,
  ...remoteOptionRows,
  ...helpRows,
  ...administrationRows,
  ...storeRows,
] as const;

export type OptionRow = (typeof optionRows)[number];

/** The groups in `--help options`. */
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

/** The most frequent options, which `--help` shows. */
export const commonRows: readonly OptionRow[] = optionRows.filter(({ flags }) =>
  commonNames.has(/--[a-z-]+/.exec(flags)?.[0] ?? ''),
);
