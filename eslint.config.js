// @ts-check
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: ['dist/', 'dist.new/', 'node_modules/', 'coverage/', 'src/drivers/bandwidth/scanner/scanner.ts'],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Control characters are what much of this program has to look for.
      'no-control-regex': 'off',
      // Handlers and stores answer promises, whether or not today's code waits for anything.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // The clock, chance and the process belong to the edge of the program, so that everything else can be tested.
    files: [
      'src/core/**',
      'src/functions/**',
      'src/model/**',
      'src/render/**',
      'src/store/**',
      'src/machine/**',
      'src/tasks/**',
      'src/worker/**',
    ],
    rules: {
      'no-restricted-globals': ['error', 'process', 'console'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now' },
        { object: 'Math', property: 'random' },
      ],
    },
  },
  {
    files: ['tests/**'],
    rules: { '@typescript-eslint/no-misused-spread': 'off' },
  },
  {
    files: ['**/*.cjs', 'bin/whmapi1', 'bin/uapi', 'bin/cpapi2'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: {
        require: 'readonly',
        module: 'writable',
        exports: 'writable',
        process: 'readonly',
        __dirname: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  { files: ['src/store/addon.cjs'], rules: { 'no-restricted-globals': 'off' } },
);
