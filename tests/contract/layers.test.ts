// Which folder may import which: from the command line down to the engine, never up. docs/LAYOUT.md says what each
// folder is for.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

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
const catalogue = /^src\/catalogue\//;
const generatedLists = /^src\/functions\/([\w-]+\.generated|load)\.ts$/;
const generatedAccountLists = /^src\/uapi\/(index\.generated|load)\.ts$/;
const accountFunctionModule = /^src\/(uapi|api2)\/[^/]+\/.+\.ts$/;
const functionModule = /^src\/functions\/[^/]+\/.+\.ts$/;

/** A file belongs to the first layer with a matching pattern. */
const layers: Record<string, Layer> = {
  'core/nearest.ts': { files: /^src\/core\/nearest\.ts$/, mayImport: [/^fastest-levenshtein$/] },
  core: { files: core, mayImport: [core] },
  render: {
    files: /^src\/render\//,
    mayImport: [core, /^src\/render\//, /^(js-yaml|xmlbuilder2|csv-stringify\/sync|string-width)$/],
  },
  'store/postgres': {
    files: /^src\/store\/postgres\//,
    mayImport: [core, /^src\/store\/(postgres\/|[\w-]+\.ts$|schema-version\.generated\.ts$)/, node, /^pg$/],
  },
  store: {
    files: /^src\/store\//,
    // All use the same definition of an address.
    mayImport: [
      ...[core, /^src\/store\//, /^src\/model\/addresses\/ipv4-within\.ts$/, node],
      /^(better-sqlite3(\/.*)?|ipaddr\.js)$/,
    ],
  },
  // The sandbox uses parts of the real machine, never the opposite.
  'machine/linux': {
    files: /^src\/machine\/linux\//,
    mayImport: [core, /^src\/machine\/(?!sandbox\/)/, node, /^js-yaml$/],
  },
  machine: {
    files: /^src\/machine\//,
    mayImport: [
      core,
      /^src\/machine\//,
      node,
      /^(acme-client|js-yaml|ipaddr\.js|selfsigned|openid-client|mysql2(\/promise)?|pg|postal-mime|tar-stream|yauzl|yazl)$/,
    ],
  },
  // Internationalised names (UTS 46) need Unicode tables that Node has. node:url only computes.
  'model/dns/names.ts': {
    files: /^src\/model\/dns\/names\.ts$/,
    mayImport: [core, /^src\/model\/dns\//, /^node:url$/],
  },
  // X.509: node:crypto and node:tls (the list of roots, what OpenSSL loads) only compute, and so does the library.
  'model/certificates': {
    files: /^src\/model\/certificates\/(x509|chain|create|loadable)\.ts$/,
    mayImport: [
      core,
      /^src\/model\/certificates\//,
      /^node:(crypto|tls|util)$/,
      /^@peculiar\/(asn1-schema|asn1-x509|x509)$/,
    ],
  },
  // The library only computes.
  'model/directory-privacy/hash.ts': {
    files: /^src\/model\/directory-privacy\/hash\.ts$/,
    mayImport: [core, /^bcryptjs$/],
  },
  // Both only compute.
  'model/databases/scram.ts': {
    files: /^src\/model\/databases\/scram\.ts$/,
    mayImport: [/^node:(crypto|util)$/, /^@mongodb-js\/saslprep$/],
  },
  model: {
    files: /^src\/model\//,
    mayImport: [
      core,
      /^src\/model\//,
      /^(otplib|@otplib\/plugin-crypto-node|thirty-two|@zxcvbn-ts\/(core|language-common|language-en)|ipaddr\.js|re2js|shlex|tldts)$/,
    ],
  },
  'changes/loaders': {
    files: /^src\/changes\/loaders\.generated\.ts$/,
    mayImport: [/^src\/changes\//],
    mayKnow: [core],
  },
  changes: {
    files: /^src\/changes\//,
    mayImport: [
      /^src\/core\/(plan|errors|quote)\.ts$/,
      ...[/^src\/drivers\//, /^src\/model\//, /^src\/changes\//],
    ],
    mayKnow: [core],
  },
  'tasks/loaders': {
    files: /^src\/tasks\/loaders\.generated\.ts$/,
    mayImport: [/^src\/tasks\//],
    mayKnow: [core],
  },
  tasks: {
    files: /^src\/tasks\//,
    mayImport: [/^src\/core\/(task|errors|machine-error|quote|turns)\.ts$/, /^src\/(drivers|model)\//],
    mayKnow: [core],
  },
  worker: {
    files: /^src\/worker\//,
    mayImport: [
      ...[core, /^src\/worker\//, /^src\/model\/(background-processes|databases|roles|tasks|services)\//],
      /^src\/drivers\/(background-processes|services)\//,
    ],
    mayKnow: [/^src\/store\/task-logs\.ts$/],
  },
  'drivers/loaders': {
    files: /^src\/drivers\/loaders\.generated\.ts$/,
    mayImport: [/^src\/drivers\/[^/]+\/steps\//],
    mayKnow: [core],
  },
  // Parts of an account read the store through models, which have the SQL.
  'drivers/account': {
    files: /^src\/drivers\/[\w-]+\/account\.ts$/,
    mayImport: [core, /^src\/drivers\//, /^src\/model\//],
  },
  'drivers/account-parts': {
    files: /^src\/drivers\/(part-world|account-parts)\.ts$/,
    mayImport: [
      /^src\/core\/(errors|machine-error)\.ts$/,
      ...[/^src\/drivers\//, /^src\/model\/(roles\/|accounts\/postponed\.ts$)/],
    ],
    mayKnow: [core, /^src\/model\//],
  },
  drivers: {
    files: /^src\/drivers\//,
    mayImport: [core, /^src\/drivers\//, node, /^(diff|nodemailer\/lib\/mail-composer)$/],
    mayKnow: [/^src\/model\//],
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
      /^src\/(changes|model)\//,
      // What a function’s look reads of a daemon, or of all parts of an account; and test messages.
      /^src\/drivers\/([^/]+\/look|account-parts|notifications\/try|virtual-hosts\/site-data)\.ts$/,
    ],
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
      /^src\/(changes|model)\//,
      /^src\/drivers\/([^/]+\/look|account-parts|ssh-keys\/known-hosts|notifications\/try|virtual-hosts\/site-data)\.ts$/,
      // The function that another name or API 2 repeats.
      /^src\/uapi\/[A-Z]\w*\/\w+\.ts$/,
    ],
    mayKnow: [core],
  },
  openapi: {
    files: /^src\/openapi\//,
    mayImport: [core, /^src\/openapi\//, generatedLists, generatedAccountLists, /^package\.json$/],
  },
  hooks: { files: /^src\/hooks\//, mayImport: [core, /^src\/(hooks|model)\//] },
  catalogue: { files: /^src\/catalogue\//, mayImport: [catalogue] },
  doctor: {
    files: /^src\/doctor\//,
    mayImport: [core, /^src\/(doctor|store|machine|drivers)\//, /^src\/model\//, node],
  },
  administration: {
    files: /^src\/administration\.ts$/,
    mayImport: [core, /^src\/((app|rebuild-administration)\.ts$|doctor\/|store\/|machine\/)/, node],
  },
  'store-administration': {
    files: /^src\/store-administration\.ts$/,
    mayImport: [core, /^src\/app\.ts$/, /^src\/store\//, /^src\/model\/servers\//],
  },
  'task-administration': {
    files: /^src\/task-administration\.ts$/,
    mayImport: [
      ...[core, /^src\/app\.ts$/, /^src\/(store|machine|worker)\//, /^src\/model\/(tasks|services)\//],
      ...[/^src\/tasks\/loaders\.generated\.ts$/, node],
    ],
  },
  'name-server-administration': {
    files: /^src\/(name-server-administration|sandbox-(?:databases|services))\.ts$/,
    mayImport: [
      ...[core, /^src\/app\.ts$/, /^src\/(machine\/|drivers\/(roles|zones)\/)/],
      ...[/^src\/model\/(dns|roles)\//, /^src\/sandbox-databases\.ts$/, node],
    ],
  },
  'system-logins': {
    files: /^src\/system-logins\.ts$/,
    mayImport: [core, /^src\/app\.ts$/, /^src\/store\//, /^src\/model\/(logins|two-factor)\//, node],
  },
  'database-administration': {
    files: /^src\/database-administration\.ts$/,
    mayImport: [core, /^src\/app\.ts$/, /^src\/changes\//, /^src\/model\/accounts\//],
  },
  // Functions that only this program itself calls.
  'own-functions': {
    files: /^src\/own-functions\.ts$/,
    mayImport: [core, /^src\/changes\//, /^src\/drivers\/account-part\.ts$/, /^src\/model\/accounts\//],
  },
  'rebuild-administration': {
    files: /^src\/rebuild-administration\.ts$/,
    mayImport: [
      core,
      /^src\/(app|own-functions)\.ts$/,
      /^src\/changes\/rebuild-account\.ts$/,
      /^src\/drivers\/(account-parts?|machine-copies\/look)\.ts$/,
      /^src\/model\//,
    ],
  },
  'hook-administration': {
    files: /^src\/hook-administration\.ts$/,
    mayImport: [core, /^src\/app\.ts$/, /^src\/model\/hooks\//],
  },
  search: {
    files: /^src\/search\//,
    mayImport: [/^src\/search\//, /^src\/catalogue\/synonyms\.json$/, /^src\/core\/account-programs\.ts$/],
    mayKnow: [/^minisearch$/],
  },
  app: {
    files: /^src\/(app|server-programs)\.ts$/,
    mayImport: [
      core,
      /^src\/((store|machine)\/|(server-programs|own-functions)\.ts$)/,
      generatedLists,
      generatedAccountLists,
      /^src\/changes\/(loaders\.generated|earlier-operations)\.ts$/,
      /^src\/doctor\/advise\.ts$/,
      /^src\/drivers\/(loaders\.generated|reloads|bandwidth\/count-threads)\.ts$/,
      /^src\/hooks\/call-hooks\.ts$/,
      /^src\/model\/(features\/overrides|hooks\/functions|logins\/(callers|own-password)|roles\/active-profile|servers\/servers|passwords\/strength|stored-names|tasks\/queue)\.ts$/,
      /^src\/catalogue\/(known|known-account-functions)\.ts$/,
      /^src\/remote\/call-peer\.ts$/,
      node,
      /^package\.json$/,
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
        /^src\/(app|task-administration)\.ts$/,
        /^src\/command-socket\//,
        core,
        /^src\/model\//,
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
        /^src\/(app|sandbox-services|system-logins|(?:database-|hook-|name-server-|rebuild-|store-|task-)?administration)\.ts$/,
        core,
        catalogue,
        /^src\/openapi\/document\.ts$/,
        /^src\/render\//,
        /^src\/remote\//,
      ],
      // What --search reads of tweak settings, and of functions of UAPI and API 2.
      /^src\/model\/tweak-settings\/catalogue\.ts$/,
      /^src\/uapi\/loaders\.generated\.ts$/,
      // What the command uapi calls.
      /^src\/model\/(account-apis\/named-envelope|accounts\/accounts)\.ts$/,
      ...[generatedLists, generatedAccountLists, node],
      /^(commander|chalk|cli-progress|uqr|minisearch|fastest-levenshtein|read|shlex)$/,
    ],
  },
  // Runs the command line in the server.
  'command-socket': {
    files: /^src\/command-socket\//,
    mayImport: [core, /^src\/(app\.ts$|cli\/|command-socket\/|store\/state-directory\.ts$)/, node],
  },
  types: { files: /^src\/types\/.*\.d\.ts$/, mayImport: [] },
  loader: { files: /^src\/loader\.(cjs|d\.cts)$/, mayImport: [node] },
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
    /^src\/(app|cli\/main|core\/dispatch|model\/two-factor\/tfa)\.ts$/.test(one),
  )) {
    expect(imports.some(({ from }) => from === path)).toBe(true);
  }
});

test('no file imports what its layer may not', () => {
  expect(strayImports(imports)).toEqual([]);
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
  const places = readdirSync(join(top, 'src'), { withFileTypes: true })
    .map((entry) => `src/${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .filter((place) => place !== 'src/loader.d.cts');
  expect(places.filter((place) => !page.includes(`\`${place}`))).toEqual([]);
  const named = [...page.matchAll(/`((?:src|tests|scripts)\/[\w./-]+)`/g)].map(([, place = '']) => place);
  expect(named.filter((place) => !existsSync(join(top, place)))).toEqual([]);
});

test('no file has more than 400 lines', () => {
  const lines = (path: string) => readFileSync(join(top, path), 'utf8').split('\n').length - 1;
  const written = files.filter((path) => !path.endsWith('.generated.ts'));
  expect(written.filter((path) => lines(path) > 400)).toEqual([]);
});

describe('this test sees', () => {
  test.each([
    ["import fs from 'node:fs';", 'src/core/x.ts imports node:fs'],
    ["import type { Io } from '../cli/io.ts';", 'src/core/x.ts imports a type of src/cli/io.ts'],
    ["import {\n  a,\n  b,\n} from '../model/tfa.ts';", 'src/core/x.ts imports src/model/tfa.ts'],
    ["import * as tfa from '../model/tfa.ts';", 'src/core/x.ts imports src/model/tfa.ts'],
    ["import '../app.ts';", 'src/core/x.ts imports src/app.ts'],
    ["export { a } from '../app.ts';", 'src/core/x.ts imports src/app.ts'],
    ["export * from '../app.ts';", 'src/core/x.ts imports src/app.ts'],
    ["const a = await import('../app.ts');", 'src/core/x.ts imports src/app.ts'],
    ["let a: import('../app.ts').Application;", 'src/core/x.ts imports src/app.ts'],
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
