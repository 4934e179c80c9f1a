// Which folder may import which: from the command line down to the engine, never up. docs/LAYOUT.md says what each
// folder is for.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { capabilities as inOrder } from '../../src/capabilities/capabilities.ts';
import { basic, known } from './capability-imports.ts';

const top = resolve(__dirname, '../..');
const files = readdirSync(join(top, 'src'), { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path}`)
  .filter((path) => /\.[cm]?[jt]s$/.test(path))
  .sort();

interface Import {
  readonly from: string;
  /** A file, as a path from the project’s top, or a package, by its name. */
  readonly of: string;
  readonly isTypeOnly: boolean;
}

function importsOf(path: string, text = readFileSync(join(top, path), 'utf8')): Import[] {
  const code = text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
  const statements = /^(?:import|export)(\s+type\b)?(?:[^'"`;()=]*?\bfrom)?\s*['"]([^'"]+)['"]/gm;
  const calls = /\b(?:import|require|require\.resolve)\(\s*['"`]([^'"`]+)['"`]/g;
  const found = [
    ...[...code.matchAll(statements)].map(([, type, name = '']) => ({
      name,
      isTypeOnly: type !== undefined,
    })),
    ...[...code.matchAll(calls)].map(([, name = '']) => ({ name, isTypeOnly: false })),
  ];
  return found.map(({ name, isTypeOnly }) => ({
    from: path,
    of: name.startsWith('.') ? relative(top, resolve(top, dirname(path), name)) : name,
    isTypeOnly,
  }));
}

const imports = files.flatMap((path) => importsOf(path));

interface Layer {
  readonly files: RegExp;
  readonly mayImport: readonly RegExp[];
  /** The layers whose types it may also import. */
  readonly mayKnow?: readonly RegExp[];
}

const core = /^src\/core\//;
const node = /^node:/;
/** The rooms of capabilities, of what they share, and of what walks them, have folders of the same names. */
const inRooms = (folder: string) =>
  new RegExp(`^src/(capabilities/[\\w-]+|ground|life)/${folder}/(?!.*\\.generated\\.ts$)`);
const [rules, driver, plans, tasks, checks] = [
  ...[inRooms('rules'), inRooms('driver'), inRooms('plans'), inRooms('tasks'), inRooms('checks')],
] as const;
const steps = inRooms('driver/(.+/)?steps');
const catalogue = /^src\/catalogue\//;
const generatedLists = /^src\/functions\/([\w-]+\.generated|load)\.ts$/;
const generatedAccountLists = /^src\/uapi\/(index\.generated|load)\.ts$/;
const accountFunctionModule = /^src\/(uapi|api2)\/[^/]+\/.+\.ts$/;
/** What functions read of a machine. */
const looks =
  /^src\/(capabilities\/[\w-]+|ground|life)\/driver\/(.+\/)?(look-[\w-]+|account-parts|notifications\/try|virtual-hosts\/site-data)\.ts$/;
const functionModule = /^src\/functions\/[^/]+\/.+\.ts$/;

/** A file belongs to the first layer with a matching pattern. */
const layers: Record<string, Layer> = {
  'core/nearest.ts': { files: /^src\/core\/nearest\.ts$/, mayImport: [/^fastest-levenshtein$/] },
  // The library only computes.
  'core/ipv4-within.ts': { files: /^src\/core\/ipv4-within\.ts$/, mayImport: [/^ipaddr\.js$/] },
  core: { files: core, mayImport: [core] },
  render: {
    files: /^src\/render\//,
    mayImport: [core, /^src\/render\//, /^(js-yaml|xmlbuilder2|csv-stringify\/sync|string-width)$/],
  },
  'store/database': {
    files: /^src\/store\/database\.ts$/,
    mayImport: [node, /^@photostructure\/sqlite$/],
    mayKnow: [core],
  },
  'store/postgres': {
    files: /^src\/store\/postgres\//,
    mayImport: [core, /^src\/store\/(postgres\/|[\w-]+\.ts$|schema-version\.generated\.ts$)/, node, /^pg$/],
  },
  store: {
    files: /^src\/store\//,
    mayImport: [core, /^src\/store\//, node, /^ipaddr\.js$/],
  },
  // The sandbox uses parts of the real machine, never the opposite.
  'machine/linux': {
    files: /^src\/machine\/linux\//,
    mayImport: [core, /^src\/machine\/(?!sandbox\/)/, node, /^js-yaml$/],
  },
  'machine/sqlite-files': {
    files: /^src\/machine\/sqlite-files\.ts$/,
    mayImport: [core, /^src\/store\/(database|sqlite-code)\.ts$/],
  },
  machine: {
    files: /^src\/machine\//,
    mayImport: [
      core,
      /^src\/machine\//,
      node,
      /^(acme-client|js-yaml|ipaddr\.js|selfsigned|openid-client|mysql2(\/promise)?|pg|tar-stream|yauzl|yazl)$/,
    ],
  },
  // Internationalised names (UTS 46) need Unicode tables that Node has. node:url only computes.
  'dns/rules/names.ts': {
    files: /^src\/capabilities\/dns\/rules\/names\.ts$/,
    mayImport: [core, rules, /^node:url$/],
  },
  // X.509: node:crypto and node:tls (the list of roots, what OpenSSL loads) only compute, and so does the library.
  'certificates/rules': {
    files: /^src\/capabilities\/certificates\/rules\/(x509|chain|create|loadable)\.ts$/,
    mayImport: [...[core, rules, /^node:(crypto|tls|util)$/], /^@peculiar\/(asn1-schema|asn1-x509|x509)$/],
  },
  // The library only computes.
  'ground/driver/countries': {
    files: /^src\/ground\/driver\/countries\/networks\.ts$/,
    mayImport: [core, /^src\/ground\/rules\/countries\.ts$/, /^ipaddr\.js$/],
  },
  // It only computes.
  'mail/rules/rsa.ts': {
    files: /^src\/capabilities\/mail\/rules\/authentication\/rsa\.ts$/,
    mayImport: [core, /^node:(crypto|util)$/],
  },
  // The library only renders and reads.
  'mail/rules/discovery.ts': {
    files: /^src\/capabilities\/mail\/rules\/discovery\.ts$/,
    mayImport: [rules, /^xmlbuilder2$/],
  },
  // The library only computes.
  'directory-privacy/hash.ts': {
    files: /^src\/capabilities\/access-files\/rules\/directory-privacy\/hash\.ts$/,
    mayImport: [core, /^bcryptjs$/],
  },
  // Both only compute.
  'databases/rules/scram.ts': {
    files: /^src\/capabilities\/databases\/rules\/scram\.ts$/,
    mayImport: [/^node:(crypto|util)$/, /^@mongodb-js\/saslprep$/],
  },
  // The generated table of what capabilities say of their tasks.
  'life/follow-up': {
    files: /^src\/life\/rules\/tweak-settings\/follow-up\.ts$/,
    mayImport: [rules, /^src\/capabilities\/followers\.generated\.ts$/],
    mayKnow: [core],
  },
  rules: {
    files: rules,
    mayImport: [
      ...[core, rules],
      /^(otplib|@otplib\/plugin-crypto-node|thirty-two|@zxcvbn-ts\/(core|language-common|language-en)|ipaddr\.js|re2js|shlex|tldts)$/,
    ],
  },
  plans: {
    files: plans,
    mayImport: [/^src\/core\/(plan|errors|quote)\.ts$/, /^src\/life\/stored\.ts$/, driver, rules, plans],
    mayKnow: [core],
  },
  tasks: {
    files: tasks,
    mayImport: [/^src\/core\/(task|errors|machine-error|quote|turns)\.ts$/, driver, rules],
    mayKnow: [core],
  },
  checks: {
    files: checks,
    mayImport: [core, /^src\/(store|machine|ground\/doctor)\//, driver, rules, node],
  },
  'ground/doctor': {
    files: /^src\/ground\/doctor\//,
    mayImport: [core, /^src\/ground\//, node],
    mayKnow: [/^src\/(store|machine)\//],
  },
  registries: {
    files: /^src\/capabilities\/[\w-]+\.generated\.ts$/,
    mayImport: [plans, tasks, checks, steps, inRooms('own-functions')],
    mayKnow: [core, /^src\/ground\/doctor\/check\.ts$/],
  },
  // Its steps are loaded by their kinds.
  'daemons/try': {
    files: /^src\/ground\/driver\/daemons\/steps\/try\.ts$/,
    mayImport: [core, /^src\/capabilities\/steps\.generated\.ts$/],
  },
  // The scripts’ programs, and the calls that they follow.
  'hooks/driver': {
    files: /^src\/capabilities\/hooks\/driver\//,
    mayImport: [core, driver, rules],
  },
  // What Roundcube and the server of this program must agree on: places and secrets, without SQL.
  'webmail/driver/roundcube': {
    files: /^src\/capabilities\/webmail\/driver\/roundcube\//,
    mayImport: [
      core,
      driver,
      node,
      /^src\/capabilities\/webmail\/rules\/(places|secrets|webmail-users)\.ts$/,
    ],
  },
  // The addresses of a list, on which rules, Exim and Mailman must agree. Without SQL.
  'mail/driver/lists': {
    files: /^src\/capabilities\/mail\/driver\/(mailman\/(lists|steps\/[\w-]+)|exim\/list-routers)\.ts$/,
    mayImport: [core, driver, node, /^src\/capabilities\/mail\/rules\/lists\/addresses\.ts$/],
    mayKnow: [rules],
  },
  // What a capability contributes to accounts and roles reads the store through the rules, which have the SQL.
  'driver/account': {
    files: /^src\/(capabilities\/[\w-]+|life)\/driver\/(.+\/)?(account|role|account-parts)\.ts$/,
    mayImport: [core, /^src\/capabilities\/capabilities\.ts$/, driver, rules],
  },
  // What capabilities declare of their daemons.
  'life/service-certificates': {
    files: /^src\/life\/driver\/service-certificates\//,
    mayImport: [core, /^src\/capabilities\/capabilities\.ts$/, driver, node],
    mayKnow: [rules],
  },
  'life/roles': {
    files: /^src\/life\/driver\/roles\/look-role-packages\.ts$/,
    mayImport: [/^src\/capabilities\/capabilities\.ts$/, driver],
  },
  driver: {
    files: driver,
    mayImport: [core, driver, node, /^(diff|nodemailer\/lib\/mail-composer)$/],
    mayKnow: [rules],
  },
  // What a capability says of itself.
  capability: {
    files: /^src\/capabilities\/[\w-]+\/capability\.ts$/,
    mayImport: [core, /^src\/capabilities\/define\.ts$/, driver, rules],
    mayKnow: [plans],
  },
  capabilities: {
    files: /^src\/capabilities\/(capabilities|define)\.ts$/,
    mayImport: [/^src\/capabilities\/[\w-]+\/capability\.ts$/],
    mayKnow: [core, driver, rules, /^src\/capabilities\/define\.ts$/],
  },
  'life/stored': {
    files: /^src\/life\/stored\.ts$/,
    mayImport: [/^src\/capabilities\/(capabilities|define)\.ts$/],
    mayKnow: [core],
  },
  'earlier-operations': {
    files: /^src\/life\/earlier-operations\.ts$/,
    mayImport: [/^src\/core\/plan\.ts$/, steps],
    mayKnow: [core, rules],
  },
  worker: {
    files: /^src\/worker\//,
    mayImport: [
      ...[core, /^src\/worker\//, rules],
      /^src\/capabilities\/(system\/driver\/services|ftp\/driver\/guard)\//,
    ],
    mayKnow: [/^src\/store\/task-logs\.ts$/],
  },
  'functions/loaders': {
    files: /^src\/functions\/loaders\.generated\.ts$/,
    mayImport: [functionModule],
    mayKnow: [core],
  },
  'functions/load': {
    files: /^src\/functions\/load\.ts$/,
    mayImport: [/^src\/functions\/loaders\.generated\.ts$/],
    mayKnow: [core],
  },
  'functions/index': { files: generatedLists, mayImport: [], mayKnow: [core] },
  functions: {
    files: functionModule,
    mayImport: [
      /^src\/core\/(define|errors|params|access|quote|function-name|turns)\.ts$/,
      ...[plans, rules],
      // What a function’s look reads of a daemon, or of all parts of an account; and test messages.
      looks,
    ],
    mayKnow: [core],
  },
  // Functions that only this program itself calls.
  'own-functions': {
    files: inRooms('own-functions'),
    mayImport: [/^src\/core\/(define|errors|params)\.ts$/, ...[plans, rules, looks]],
    mayKnow: [core],
  },
  'uapi/loaders': {
    files: /^src\/uapi\/loaders\.generated\.ts$/,
    mayImport: [accountFunctionModule],
    mayKnow: [core],
  },
  'uapi/load': {
    files: /^src\/uapi\/load\.ts$/,
    mayImport: [/^src\/uapi\/loaders\.generated\.ts$/],
    mayKnow: [core],
  },
  'uapi/index': { files: generatedAccountLists, mayImport: [], mayKnow: [core] },
  // Functions of UAPI and API 2.
  uapi: {
    files: accountFunctionModule,
    mayImport: [
      /^src\/core\/(define-uapi|errors|params|access|quote|function-name|turns)\.ts$/,
      ...[plans, rules, looks, /^src\/capabilities\/ssh\/driver\/ssh-keys\/known-hosts\.ts$/],
      // The function that another name or API 2 repeats.
      /^src\/uapi\/[A-Z]\w*\/\w+\.ts$/,
    ],
    mayKnow: [core],
  },
  openapi: {
    files: /^src\/openapi\//,
    mayImport: [core, /^src\/openapi\//, generatedLists, generatedAccountLists, /^package\.json$/],
  },
  catalogue: { files: /^src\/catalogue\//, mayImport: [catalogue] },
  doctor: {
    files: /^src\/doctor\//,
    mayImport: [
      ...[core, /^src\/(doctor|store|machine|ground\/doctor)\//, node],
      /^src\/capabilities\/checks\.generated\.ts$/,
    ],
  },
  // The dependencies of options such as `--doctor`, which do more than to call a function.
  administration: {
    files: /^src\/administration\//,
    mayImport: [
      ...[core, /^src\/(administration|app|doctor|ground\/doctor|store|machine|worker)\//],
      /^src\/life\/stored\.ts$/,
      ...[plans, rules, node],
      /^src\/capabilities\/(tasks\.generated\.ts$|dns\/driver\/(zones\/|role\.ts$))/,
      /^src\/life\/driver\//,
      /^src\/capabilities\/accounts\/driver\/account-part\.ts$/,
    ],
  },
  search: {
    files: /^src\/search\//,
    mayImport: [/^src\/search\//, /^src\/catalogue\/synonyms\.json$/, /^src\/core\/account-programs\.ts$/],
    mayKnow: [/^minisearch$/],
  },
  app: {
    files: /^src\/app\//,
    mayImport: [
      ...[core, /^src\/((app|store|machine)\/|life\/earlier-operations\.ts$)/, plans, rules],
      ...[
        generatedLists,
        generatedAccountLists,
        /^src\/capabilities\/(own-functions|plans|steps)\.generated\.ts$/,
      ],
      /^src\/doctor\/advise\.ts$/,
      /^src\/ground\/driver\/reloads\.ts$/,
      /^src\/capabilities\/hooks\/driver\/call-hooks\.ts$/,
      /^src\/catalogue\/(known|known-account-functions)\.ts$/,
      /^src\/remote\/call-peer\.ts$/,
      ...[node, /^package\.json$/],
    ],
  },
  'http/page/browser': {
    files: /^src\/http\/page\/browser\//,
    mayImport: [
      /^src\/http\/page\/(browser\/|wire\.ts$)/,
      /^src\/search\//,
      /^(minisearch|lowlight|highlight\.js\/lib\/languages\/\w+|shlex|uqr)$/,
    ],
    mayKnow: [core, /^src\/http\/page\/navigation\.ts$/],
  },
  http: {
    files: /^src\/http\//,
    mayImport: [
      ...[
        /^src\/http\//,
        // What they ask of the machine: who guesses passwords of mail, and the rows of Roundcube.
        /^src\/capabilities\/(mail\/driver\/look-local-client|webmail\/driver\/roundcube\/users)\.ts$/,
        /^src\/(app\/app|administration\/tasks)\.ts$/,
        /^src\/command-socket\//,
        core,
        rules,
        /^src\/render\//,
        generatedLists,
        generatedAccountLists,
        /^src\/openapi\/document\.ts$/,
        node,
      ],
      /^(@fastify\/busboy|commander|cookie|fastify|pino)$/,
    ],
  },
  remote: {
    files: /^src\/remote\//,
    mayImport: [
      ...[/^src\/remote\//, core, /^src\/render\//, generatedLists, node],
      /^(proxy-from-env|shlex|smol-toml)$/,
    ],
  },
  cli: {
    files: /^src\/cli\//,
    mayImport: [
      ...[
        /^src\/cli\//,
        /^src\/search\//,
        /^src\/(app\/(app|names-in-store)\.ts$|administration\/)/,
        core,
        catalogue,
        /^src\/openapi\/document\.ts$/,
        /^src\/render\//,
        /^src\/remote\//,
      ],
      // What --search reads of tweak settings, and of functions of UAPI and API 2.
      /^src\/capabilities\/settings\/rules\/catalogue\.ts$/,
      /^src\/uapi\/loaders\.generated\.ts$/,
      // What the command uapi calls.
      /^src\/capabilities\/(logins\/rules\/account-apis\/named-envelope|accounts\/rules\/accounts)\.ts$/,
      ...[generatedLists, generatedAccountLists, node],
      /^(commander|chalk|cli-progress|uqr|minisearch|fastest-levenshtein|read|shlex)$/,
    ],
  },
  // Runs the command line in the server.
  'command-socket': {
    files: /^src\/command-socket\//,
    mayImport: [core, /^src\/(app\/app\.ts$|cli\/|command-socket\/|store\/state-directory\.ts$)/, node],
  },
  types: { files: /^src\/types\/.*\.d\.ts$/, mayImport: [] },
  loader: {
    files: /^src\/loader\/(loader\.(cjs|d\.cts)|lists-process\.cjs)$/,
    mayImport: [node, /^src\/loader\/loader\.cjs$/],
  },
};

function layerOf(path: string): Layer | undefined {
  return Object.values(layers).find((layer) => layer.files.test(path));
}

/** Imports that the file’s layer must not have, in readable form. */
function strayImports(found: readonly Import[]): string[] {
  return found
    .filter(({ from, of, isTypeOnly }) => {
      const { mayImport = [], mayKnow = [] } = layerOf(from) ?? {};
      return ![...mayImport, ...(isTypeOnly ? mayKnow : [])].some((pattern) => pattern.test(of));
    })
    .map(({ from, of, isTypeOnly }) => `${from} imports ${isTypeOnly ? 'a type of ' : ''}${of}`);
}

test('every file stands in a layer', () => {
  expect(files.filter((path) => layerOf(path) === undefined)).toEqual([]);
});

test('every layer is of files that there are, which import something', () => {
  for (const [name, { files: pattern }] of Object.entries(layers)) {
    expect([name, files.some((path) => pattern.test(path))]).toEqual([name, true]);
  }
  for (const path of files.filter((one) =>
    /^src\/(app\/app|cli\/main|core\/dispatch|capabilities\/two-factor\/rules\/tfa)\.ts$/.test(one),
  )) {
    expect(imports.some(({ from }) => from === path)).toBe(true);
  }
});

test('no file imports what its layer may not', () => {
  expect(strayImports(imports)).toEqual([]);
});

test('no file needs itself to be loaded', () => {
  const values = new Map<string, string[]>();
  for (const { from, of, isTypeOnly } of imports) {
    if (!isTypeOnly && !of.endsWith('.generated.ts')) values.set(from, [...(values.get(from) ?? []), of]);
  }
  const done = new Set<string>();
  const circles: string[] = [];
  const follow = (path: string, way: readonly string[]) => {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' imports '));
    if (done.has(path)) return;
    done.add(path);
    for (const of of values.get(path) ?? []) follow(of, [...way, path]);
  };
  for (const path of files) follow(path, []);
  expect(circles).toEqual([]);
});

test('function modules are imported by their generated loaders alone', () => {
  const importers = imports.filter(({ of }) => functionModule.test(of)).map(({ from }) => from);
  expect([...new Set(importers)]).toEqual(['src/functions/loaders.generated.ts']);
});

test('only the two front doors know commander, chalk and uqr', () => {
  const importers = imports.filter(({ of }) => /^(commander|chalk|uqr)$/.test(of)).map(({ from }) => from);
  expect(importers.filter((path) => !/^src\/(cli|http)\//.test(path))).toEqual([]);
});

test('docs/LAYOUT.md names every folder and file of src', () => {
  const page = readFileSync(join(top, 'docs/LAYOUT.md'), 'utf8');
  const places = readdirSync(join(top, 'src'), { withFileTypes: true }).map(
    (entry) => `src/${entry.name}${entry.isDirectory() ? '/' : ''}`,
  );
  expect(places.filter((place) => !page.includes(`\`${place}`))).toEqual([]);
  const named = [...page.matchAll(/`((?:src|tests|scripts)\/[\w./-]+)`/g)].map(([, place = '']) => place);
  expect(named.filter((place) => !existsSync(join(top, place)))).toEqual([]);
});

test('no file has more than 400 lines', () => {
  const lines = (path: string) => readFileSync(join(top, path), 'utf8').split('\n').length - 1;
  const written = files.filter((path) => !path.endsWith('.generated.ts'));
  expect(written.filter((path) => lines(path) > 400)).toEqual([]);
});

/** The capabilities in their order, as src/capabilities/README.md lists them. */
const capabilities = [
  ...readFileSync(join(top, 'src/capabilities/README.md'), 'utf8').matchAll(/^\d+\. `([\w-]+)`/gm),
].map(([, name = '']) => name);
const order = ['ground', ...capabilities, 'life'];

/** The room of a file: a capability, `ground` or `life`. */
function roomOf(path: string): string | undefined {
  return /^src\/(?:capabilities\/([\w-]+)|(ground|life))\//.exec(path)?.slice(1).find(Boolean);
}

/** Imports against the order of capabilities that are left. Nothing may be added. */
const upwardStill: readonly string[] = [];

test('src/capabilities/README.md lists all capabilities', () => {
  const folders = readdirSync(join(top, 'src/capabilities'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect([...capabilities].sort()).toEqual(folders.sort());
});

test('src/capabilities/capabilities.ts has all that say something of themselves, in the order', () => {
  const speaking = capabilities.filter((name) => files.includes(`src/capabilities/${name}/capability.ts`));
  expect(inOrder.map(({ name }) => name)).toEqual(speaking);
});

test('a capability imports only those that stand before it in the order', () => {
  const isLater = (from: string | undefined, of: string | undefined) =>
    from !== undefined && of !== undefined && order.indexOf(of) > order.indexOf(from);
  const upward = imports.filter(({ from, of }) => isLater(roomOf(from), roomOf(of)));
  expect(upward.map(({ from, of }) => `${from} imports ${of}`).sort()).toEqual(upwardStill);
});

test('tests/contract/capability-imports.ts has everything outside of capabilities that knows one, with its reason', () => {
  const rooms = /^src\/(?:life|app|administration|http|worker|cli|command-socket|doctor|store|remote)\//;
  const found = new Map<string, Set<string>>();
  for (const { from, of } of imports) {
    const name = /^src\/capabilities\/([\w-]+)\//.exec(of)?.[1];
    // Steps of earlier versions keep their names.
    if (
      name === undefined ||
      basic.includes(name) ||
      !rooms.test(from) ||
      from === 'src/life/earlier-operations.ts'
    )
      continue;
    found.set(from, (found.get(from) ?? new Set()).add(name));
  }
  const listed = known.flatMap(({ files: one }) => Object.entries(one));
  expect([...found].map(([file, names]) => [file, [...names].sort()]).sort()).toEqual(listed.sort());
  for (const { because } of known) expect(because).toMatch(/^\p{Lu}.*\.$/u);
});

describe('this test sees', () => {
  test.each([
    ["import fs from 'node:fs';", 'src/core/x.ts imports node:fs'],
    ["import type { Io } from '../cli/io.ts';", 'src/core/x.ts imports a type of src/cli/io.ts'],
    ["import {\n  a,\n  b,\n} from '../life/rules/tfa.ts';", 'src/core/x.ts imports src/life/rules/tfa.ts'],
    ["import * as tfa from '../life/rules/tfa.ts';", 'src/core/x.ts imports src/life/rules/tfa.ts'],
    ["import '../app/app.ts';", 'src/core/x.ts imports src/app/app.ts'],
    ["export { a } from '../app/app.ts';", 'src/core/x.ts imports src/app/app.ts'],
    ["export * from '../app/app.ts';", 'src/core/x.ts imports src/app/app.ts'],
    ["const a = await import('../app/app.ts');", 'src/core/x.ts imports src/app/app.ts'],
    ["let a: import('../app/app.ts').Application;", 'src/core/x.ts imports src/app/app.ts'],
    ["const a = require('chalk');", 'src/core/x.ts imports chalk'],
    ["import { a } from './b.ts';\nimport c from 'chalk';", 'src/core/x.ts imports chalk'],
  ])('%j', (text, stray) => {
    expect(strayImports(importsOf('src/core/x.ts', text))).toEqual([stray]);
  });

  test.each([
    "// import 'chalk';",
    "/** import 'chalk'; */",
    "import { a } from './b.ts';",
    "import type { A } from './b.ts';",
  ])('nothing in %j', (text) => {
    expect(strayImports(importsOf('src/core/x.ts', text))).toEqual([]);
  });
});
