// Starts a function: `npm run new -- authentication api_token_list`. It fills in what the catalogue knows. What it writes
// neither compiles nor passes its test before every FILL_IN is replaced, so that no function is left that does nothing.
import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { allFamilies } from './generate/families.ts';
import { describe, readEntry } from './new/from-catalogue.ts';
import { moveToProvided } from './new/move-to-provided.ts';

const top = join(import.meta.dirname, '..');
const [folder = '', name = '', ...others] = process.argv.slice(2);

function findProblem(): string | undefined {
  if (name === '' || others.length > 0) return 'Usage: npm run new -- FAMILY_FOLDER API_NAME';
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) {
    return `“${name}” should be a function’s name: a to z, 0 to 9 and _, the first no digit.`;
  }
  const files = readdirSync(join(top, 'src/functions'), { recursive: true, encoding: 'utf8' });
  const existing = files.find((path) => path.endsWith(`/${name}.ts`));
  if (existing !== undefined) return `“${name}” exists: src/functions/${existing}`;
  const home = allFamilies.find(({ functions }) => functions.includes(name));
  if (home !== undefined && home.folder !== folder) {
    return `The catalogue has “${name}” in “${home.title}”: npm run new -- ${home.folder} ${name}`;
  }
  if (allFamilies.some((family) => family.folder === folder)) return undefined;
  return `“${folder}” is the folder of no family. There are: ${allFamilies.map((one) => one.folder).join(', ')}.`;
}

function moduleText(): string {
  const entry = readEntry(folder, name);
  const known = entry === undefined ? undefined : describe(entry);
  const {
    since = 'FILL_IN, // the version of WHM in which it appeared, or null if no document says',
    summary = 'FILL_IN, // one sentence, verb first',
    params = 'FILL_IN',
    returns = 'FILL_IN, // null if it returns no data',
  } = known ?? {};
  const row = (key: string, text: string) => `  ${key}: ${text.includes(', //') ? text : `${text},`}\n`;
  return `import { defineFunction } from '../../core/define.ts';

// Every FILL_IN is an error until something stands in its place.${known === undefined ? '' : FROM_CATALOGUE}${entry?.gap === undefined ? '' : `\n// Not publicly known: ${entry.gap}`}
export default defineFunction({
${row('name', `'${name}'`)}${row('since', since)}${row('summary', summary)}  access: FILL_IN, // 'any', 'root', or the privileges: ['create-acct']
  effect: FILL_IN, // 'none', 'looks', 'reads', 'changes', 'operates' or 'calls'
${row('params', params)}${row('returns', returns)}  examples: FILL_IN,

  async handler(args, context) {
    return FILL_IN(args, context);
  },
});
`;
}

const FROM_CATALOGUE = `
// The rest is what the catalogue knows: check it, and use the parameters of the model that exist, such as \`existingAccount\`.`;

const harness = `import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => {
  here.remove();
});
`;

const tests = `
describe('${name}', () => {
  it('answers', async () => {
    expect(await here.call('${name}')).toEqual(FILL_IN);
  });
});
`;

const problem = findProblem();
if (problem === undefined) {
  const path = `src/functions/${folder}/${name}.ts`;
  const testPath = `tests/functions/${folder}.test.ts`;
  mkdirSync(dirname(join(top, path)), { recursive: true });
  const options = await resolveConfig(join(top, path));
  const text = await format(moduleText(), { ...options, filepath: path });
  writeFileSync(join(top, path), text, { flag: 'wx' });
  appendFileSync(join(top, testPath), existsSync(join(top, testPath)) ? tests : harness + tests);
  await moveToProvided(folder, name);
  console.log(`Wrote ${path} and a describe in ${testPath}.
Next: replace every FILL_IN, then \`npm run generate\` and \`npm run check\`. CONTRIBUTING.md says more.`);
} else {
  console.error(problem);
  process.exitCode = 1;
}
