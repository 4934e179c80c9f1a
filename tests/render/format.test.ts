import type { Envelope, Metadata } from '../../src/core/envelope.ts';
import type { Hash } from '../../src/core/values.ts';
import { type Format, formats, loadRenderer } from '../../src/render/format.ts';

const metadata: Metadata = { version: 1, reason: 'OK', result: 1, command: 'twofactorauth_policy_status' };

async function textOf(format: Format, envelope: Envelope): Promise<string> {
  const render = await loadRenderer(format);
  return [...render(envelope)].join('');
}

interface Case {
  name: string;
  envelope: Envelope;
  text: Record<Format, string>;
}

const cases: Case[] = [
  {
    name: 'an answer with one field',
    envelope: { metadata, data: { is_enabled: 1 } },
    text: {
      yaml: `---
data:
  is_enabled: 1
metadata:
  command: twofactorauth_policy_status
  reason: OK
  result: 1
  version: 1
`,
      json: `{"metadata":{"version":1,"reason":"OK","result":1,"command":"twofactorauth_policy_status"},"data":{"is_enabled":1}}
`,
      jsonpretty: `{
  "metadata": {
    "version": 1,
    "reason": "OK",
    "result": 1,
    "command": "twofactorauth_policy_status"
  },
  "data": {
    "is_enabled": 1
  }
}
`,
      xml: `<?xml version="1.0" encoding="UTF-8"?>
<result>
  <metadata>
    <version>1</version>
    <reason>OK</reason>
    <result>1</result>
    <command>twofactorauth_policy_status</command>
  </metadata>
  <data>
    <is_enabled>1</is_enabled>
  </data>
</result>
`,
    },
  },
  {
    name: 'a failure, which has no data and more metadata',
    envelope: {
      metadata: {
        command: 'passwd',
        error_code: 'not_found',
        result: 0,
        reason: 'You do not have a user named “web08”.',
        version: 1,
        output: { warnings: ['No parameter is named “usr”.', 'It means “user”, perhaps.'] },
      },
    },
    text: {
      yaml: `---
metadata:
  command: passwd
  error_code: not_found
  output:
    warnings:
      - No parameter is named “usr”.
      - It means “user”, perhaps.
  reason: You do not have a user named “web08”.
  result: 0
  version: 1
`,
      json: `{"metadata":{"version":1,"reason":"You do not have a user named “web08”.","result":0,"command":"passwd","error_code":"not_found","output":{"warnings":["No parameter is named “usr”.","It means “user”, perhaps."]}}}
`,
      jsonpretty: `{
  "metadata": {
    "version": 1,
    "reason": "You do not have a user named “web08”.",
    "result": 0,
    "command": "passwd",
    "error_code": "not_found",
    "output": {
      "warnings": [
        "No parameter is named “usr”.",
        "It means “user”, perhaps."
      ]
    }
  }
}
`,
      xml: `<?xml version="1.0" encoding="UTF-8"?>
<result>
  <metadata>
    <version>1</version>
    <reason>You do not have a user named “web08”.</reason>
    <result>0</result>
    <command>passwd</command>
    <error_code>not_found</error_code>
    <output>
      <warnings>No parameter is named “usr”.</warnings>
      <warnings>It means “user”, perhaps.</warnings>
    </output>
  </metadata>
</result>
`,
    },
  },
  {
    name: 'a list of hashes, and every kind of value',
    envelope: {
      metadata,
      list: 'acct',
      data: {
        acct: [
          { user: 'web01', ip: '192.0.2.1', suspended: 0, maxftp: '5', ipv6: null, note: '' },
          {
            user: 'web02',
            load: 0.25,
            ips: ['192.0.2.2', '192.0.2.3'],
            quota: { used: 12, limit: 'unlimited' },
          },
        ],
        empty_list: [],
        empty_hash: {},
        grid: [[1, 2], [3], []],
        negative_zero: -0,
      },
    },
    text: {
      yaml: `---
data:
  acct:
    -
      ip: 192.0.2.1
      ipv6: null
      maxftp: '5'
      note: ''
      suspended: 0
      user: web01
    -
      ips:
        - 192.0.2.2
        - 192.0.2.3
      load: 0.25
      quota:
        limit: unlimited
        used: 12
      user: web02
  empty_hash: {}
  empty_list: []
  grid:
    -
      - 1
      - 2
    -
      - 3
    - []
  negative_zero: 0
metadata:
  command: twofactorauth_policy_status
  reason: OK
  result: 1
  version: 1
`,
      json: `{"metadata":{"version":1,"reason":"OK","result":1,"command":"twofactorauth_policy_status"},"data":{"acct":[{"user":"web01","ip":"192.0.2.1","suspended":0,"maxftp":"5","ipv6":null,"note":""},{"user":"web02","load":0.25,"ips":["192.0.2.2","192.0.2.3"],"quota":{"used":12,"limit":"unlimited"}}],"empty_list":[],"empty_hash":{},"grid":[[1,2],[3],[]],"negative_zero":0}}
`,
      jsonpretty: `{
  "metadata": {
    "version": 1,
    "reason": "OK",
    "result": 1,
    "command": "twofactorauth_policy_status"
  },
  "data": {
    "acct": [
      {
        "user": "web01",
        "ip": "192.0.2.1",
        "suspended": 0,
        "maxftp": "5",
        "ipv6": null,
        "note": ""
      },
      {
        "user": "web02",
        "load": 0.25,
        "ips": [
          "192.0.2.2",
          "192.0.2.3"
        ],
        "quota": {
          "used": 12,
          "limit": "unlimited"
        }
      }
    ],
    "empty_list": [],
    "empty_hash": {},
    "grid": [
      [
        1,
        2
      ],
      [
        3
      ],
      []
    ],
    "negative_zero": 0
  }
}
`,
      xml: `<?xml version="1.0" encoding="UTF-8"?>
<result>
  <metadata>
    <version>1</version>
    <reason>OK</reason>
    <result>1</result>
    <command>twofactorauth_policy_status</command>
  </metadata>
  <data>
    <acct>
      <user>web01</user>
      <ip>192.0.2.1</ip>
      <suspended>0</suspended>
      <maxftp>5</maxftp>
      <ipv6/>
      <note/>
    </acct>
    <acct>
      <user>web02</user>
      <load>0.25</load>
      <ips>192.0.2.2</ips>
      <ips>192.0.2.3</ips>
      <quota>
        <used>12</used>
        <limit>unlimited</limit>
      </quota>
    </acct>
    <empty_hash/>
    <grid>
      <item>1</item>
      <item>2</item>
    </grid>
    <grid>
      <item>3</item>
    </grid>
    <grid/>
    <negative_zero>0</negative_zero>
  </data>
</result>
`,
    },
  },
  {
    name: 'a flat answer',
    envelope: { metadata, flat: true, data: { one: '0.08', five: '0.12', fifteen: '0.10' } },
    text: {
      yaml: `---
fifteen: '0.10'
five: '0.12'
one: '0.08'
`,
      json: `{"one":"0.08","five":"0.12","fifteen":"0.10"}
`,
      jsonpretty: `{
  "one": "0.08",
  "five": "0.12",
  "fifteen": "0.10"
}
`,
      xml: `<?xml version="1.0" encoding="UTF-8"?>
<result>
  <one>0.08</one>
  <five>0.12</five>
  <fifteen>0.10</fifteen>
</result>
`,
    },
  },
  {
    name: 'a flat answer with nothing in it',
    envelope: { metadata, flat: true, data: {} },
    text: {
      yaml: '---\n{}\n',
      json: '{}\n',
      jsonpretty: '{}\n',
      xml: '<?xml version="1.0" encoding="UTF-8"?>\n<result/>\n',
    },
  },
  {
    name: 'keys and texts that hold half a surrogate pair, where the last of two keys that become equal wins',
    envelope: {
      metadata,
      flat: true,
      data: { 'a\uD800': 'lost', 'a\uDBFF': 'x\uDC00y', whole: '😀', __proto__x: ['\uD83D'] },
    },
    text: {
      yaml: `---
__proto__x:
  - �
a�: x�y
whole: 😀
`,
      json: '{"a�":"x�y","whole":"😀","__proto__x":["�"]}\n',
      jsonpretty: `{
  "a�": "x�y",
  "whole": "😀",
  "__proto__x": [
    "�"
  ]
}
`,
      xml: `<?xml version="1.0" encoding="UTF-8"?>
<result>
  <a�>x�y</a�>
  <whole>😀</whole>
  <__proto__x>�</__proto__x>
</result>
`,
    },
  },
];

describe.each(cases)('$name', ({ envelope, text }) => {
  test.each(formats)('is written as %s', async (format) => {
    expect(await textOf(format, envelope)).toBe(text[format]);
  });

  test.each(formats)('is one piece of %s', async (format) => {
    const render = await loadRenderer(format);
    expect([...render(envelope)]).toHaveLength(1);
  });
});

describe.each(formats)('numbers in %s', (format) => {
  test.each([NaN, Infinity, -Infinity])('%d throws a TypeError that names the key', async (number) => {
    const data = { fine: 1, load: [0, { five: number }] };
    await expect(textOf(format, { metadata, data })).rejects.toThrow(TypeError);
    await expect(textOf(format, { metadata, data })).rejects.toThrow('“five”');
  });

  test('a number that is not finite is rejected before anything is written, however long the list is', async () => {
    const list: Hash[] = Array.from({ length: 5000 }, (_, id) => ({ id }));
    list.push({ id: NaN });
    const render = await loadRenderer(format);
    expect(() => render({ metadata, data: { list }, list: 'list' })).toThrow('“id” is NaN');
  });
});

describe('loadRenderer', () => {
  beforeEach(() => jest.resetModules());
  afterEach(() => ['js-yaml', 'xmlbuilder2'].forEach((name) => jest.dontMock(name)));

  test.each([
    ['json', ['js-yaml', 'xmlbuilder2']],
    ['jsonpretty', ['js-yaml', 'xmlbuilder2']],
    ['yaml', ['xmlbuilder2']],
    ['xml', ['js-yaml']],
  ] as [Format, string[]][])('loads for %s nothing of %j', async (format, packages) => {
    for (const name of packages) {
      jest.doMock(name, () => {
        throw new Error(`${name} is loaded`);
      });
    }
    const fresh = jest.requireActual<typeof import('../../src/render/format.ts')>(
      '../../src/render/format.ts',
    );
    await expect(fresh.loadRenderer(format)).resolves.toEqual(expect.any(Function));
  });

  test('a mocked package is noticed', async () => {
    jest.doMock('js-yaml', () => {
      throw new Error('js-yaml is loaded');
    });
    const fresh = jest.requireActual<typeof import('../../src/render/format.ts')>(
      '../../src/render/format.ts',
    );
    await expect(fresh.loadRenderer('yaml')).rejects.toThrow('js-yaml is loaded');
  });
});
