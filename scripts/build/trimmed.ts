// Packages as a short-lived process needs them, where what is published costs it time.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { asEmptyModule, asEsModule } from './es-modules.ts';

export function trimmed(top: string): Plugin {
  return {
    name: 'trimmed',
    setup(build) {
      // The package searches for its addon; it is beside the program (`scripts/build/addons.ts`).
      build.onResolve({ filter: /^@photostructure\/sqlite$/ }, () => ({
        path: join(top, 'src/store/addon.cjs'),
      }));
      // Most calls ask nothing of node:os, which takes longer to load than all of it that a call might use.
      build.onResolve({ filter: /^node:os$/ }, ({ path, importer }) =>
        importer.startsWith(join(top, 'src')) ? { path, namespace: 'on demand' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'on demand' }, ({ path }) => ({
        contents: [
          'availableParallelism',
          'endianness',
          'homedir',
          'hostname',
          'loadavg',
          'machine',
          'networkInterfaces',
          'release',
          'tmpdir',
          'userInfo',
        ]
          .map(
            (name) =>
              `export const ${name} = () => process.getBuiltinModule(${JSON.stringify(path)}).${name}();`,
          )
          .join(''),
      }));
      // The ES modules of zxcvbn: of the CommonJS ones, which esbuild prefers, every part would be bundled, dictionaries and all.
      build.onResolve({ filter: /^@zxcvbn-ts\/(core|language-common)$/ }, ({ path }) => ({
        path: join(top, 'node_modules', path, 'dist/index.mjs'),
        sideEffects: false,
      }));
      // thirty-two calls `new Buffer`, which prints a deprecation warning once it is bundled.
      build.onLoad({ filter: /thirty-two\/.*\.js$/ }, ({ path }) => ({
        contents: `${replaced(path, 'new Buffer(', 'bufferOf(', 0)}
          function bufferOf(x) { return typeof x === 'number' ? Buffer.alloc(x) : Buffer.from(x); }`,
      }));
      // otplib's default plugins, in whose place the model gives Node's crypto and thirty-two.
      build.onLoad({ filter: /@otplib\/plugin-(crypto-noble|base32-scure)\// }, () => ({
        contents: ['crypto', 'base32', 'NobleCryptoPlugin', 'ScureBase32Plugin']
          .map((name) => `export const ${name} = undefined;`)
          .join(''),
      }));
      // What xmlbuilder2 loads but building and writing a document never calls: more than half of it.
      build.onLoad({ filter: unusedByXmlbuilder2 }, ({ path }) => ({ contents: asEmptyModule(path) }));
      build.onLoad({ filter: /\/node_modules\/(xmlbuilder2|@oozcitak\/\w+)\/lib\/.*\.js$/ }, ({ path }) => ({
        contents: asEsModule(path),
      }));
      // commander loads child_process for subcommands in files of their own, which we have none of.
      build.onLoad({ filter: /commander\/lib\/command\.js$/ }, ({ path }) => ({
        contents: replaced(
          path,
          "const childProcess = require('node:child_process');",
          "const childProcess = { get spawn() { return require('node:child_process').spawn; } };",
          1,
        ),
      }));
    },
  };
}

/** Parsers, other input and output formats, URLs, and the parts of the DOM for ranges, events and traversal. */
const unusedByXmlbuilder2 = new RegExp(
  [
    String.raw`/xmlbuilder2/node_modules/`,
    String.raw`/xmlbuilder2/lib/(readers/|.*CB|writers/(Map|Object|JSON|YAML))`,
    String.raw`/@oozcitak/url/`,
    String.raw`/@oozcitak/infra/lib/(Base64|Byte|JSON|Queue|Stack|String|CodePoints)`,
    String.raw`/@oozcitak/dom/lib/(parser|serializer)/`,
    String.raw`/@oozcitak/dom/lib/(dom|algorithm)/(Abort|BoundaryPoint|CDATASection|Comment|CustomE|DOMException|DOMToken)`,
    String.raw`/@oozcitak/dom/lib/(dom|algorithm)/(Event(Target)?Alg|HTMLCollection|Mutation(Observer|Record)|NodeFilter)`,
    String.raw`/@oozcitak/dom/lib/(dom|algorithm)/(NodeIterator|NodeListStatic|OrderedSet|ProcessingInstruction|Range)`,
    String.raw`/@oozcitak/dom/lib/(dom|algorithm)/(Selectors|StaticRange|TextAlg|Travers|TreeWalker)`,
  ].join('|'),
);

/** A file's text with a part replaced; an error where a new version of the package no longer has it. */
function replaced(path: string, part: string, by: string, times: number): string {
  const text = readFileSync(path, 'utf8');
  if (times > 0 && text.split(part).length - 1 !== times)
    throw new Error(`${path} no longer contains “${part}”.`);
  return text.replaceAll(part, by);
}
