// What the linter looks for in the project's scripts. Names and types are TypeScript's to check.

import js from '@eslint/js';

export default [
  {
    // Other people's libraries.
    ignores: ['**/node_modules/**', 'crates/archive-2013/js/{taffy,underscore}.js'],
  },
  {
    ...js.configs.recommended,
    rules: {
      ...js.configs.recommended.rules,
      'no-undef': 'off',
      'no-unused-vars': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': ['error', { destructuring: 'all' }],
    },
  },
];
