// xmlbuilder2 and its packages are published as CommonJS, of which esbuild keeps every module whole. They are written by
// tsc, so each line that exports or requires has one of few forms: turned back into ES modules, a third of it falls away.
import { readFileSync } from 'node:fs';

const forms: readonly (readonly [RegExp, string])[] = [
  [/^Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);$/gm, ''],
  [/^(?:exports\.\w+ = )+void 0;$/gm, ''],
  [/^(?:const|var) (\w+) = require\(("[^"]+")\);$/gm, 'import * as $1 from $2;'],
  [/^(?:const|var) (\w+) = __importStar\(require\(("[^"]+")\)\);$/gm, 'import * as $1 from $2;'],
  [/^__exportStar\(require\(("[^"]+")\), exports\);$/gm, 'export * from $1;'],
  // An enumeration: `(function (X) {...})(X || (exports.X = X = {}));`
  [/^\}\)\((\w+) \|\| \(exports\.\1 = \1 = \{\}\)\);$/gm, '})($1 || ($1 = {}));\nexport { $1 };'],
  [/^exports\.(\w+) = \1;$/gm, 'export { $1 };'],
  [/^exports\.(\w+) = ([A-Za-z]\w*);$/gm, 'export { $2 as $1 };'],
  [/^exports\.(\w+) = /gm, 'export const $1 = '],
  // tsc's helpers, which nothing uses any more.
  [/^var __(?:createBinding|setModuleDefault|importStar|exportStar) = [^]*?^\}(?:\)\(\)|\)|);$/gm, ''],
];

/** What a module hands on of another. */
const passedOn =
  /^Object\.defineProperty\(exports, "(\w+)", \{ enumerable: true, get: function \(\) \{ return (\w+)\.(\w+); \} \}\);$/gm;

/** @throws where a new version of the package has a line of another form. */
export function asEsModule(path: string): string {
  const source = readFileSync(path, 'utf8');
  let text = source.replaceAll(passedOn, (_line, name: string, module: string, its: string) => {
    const [, from = ''] =
      new RegExp(`^(?:const|var) ${module} = require\\((".*?")\\);$`, 'm').exec(source) ?? [];
    return `export { ${its} as ${name} } from ${from};`;
  });
  for (const [form, by] of forms) text = text.replaceAll(form, by);
  text = text.replaceAll(/\bexports\.(\w+)/g, '$1');
  const stray = /^.*(?:\bexports\b|\brequire\().*$/m.exec(
    text.replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, ''),
  )?.[0];
  if (stray !== undefined) throw new Error(`${path} has a line that is not known: ${stray}`);
  return text;
}

/** A module with the same names, and nothing behind them. */
export function asEmptyModule(path: string): string {
  const text = readFileSync(path, 'utf8');
  const names = [...text.matchAll(/\bexports(?:\.|, ")(\w+)/g)].map(([, name = '']) => name);
  return [...new Set(names)]
    .filter((name) => name !== '__esModule')
    .map((name) => `export const ${name} = undefined;`)
    .join('');
}
