import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const pureImports =
  'A domain decides with values: it imports its siblings, pure libraries and yaml, nothing else.';

/** The clock, randomness, the process and waiting belong to the edge; the domain and the pure libraries get values. */
const pureRules = {
  'no-restricted-globals': [
    'error',
    'process',
    'fetch',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'console',
    'performance',
  ],
  'no-restricted-syntax': [
    'error',
    {
      selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
      message: 'Take the time as a value.',
    },
    {
      selector: 'MemberExpression[object.name="Date"][property.name="now"]',
      message: 'Take the time as a value.',
    },
    {
      selector: 'MemberExpression[object.name="Math"][property.name="random"]',
      message: 'Derive it from the cause.',
    },
    { selector: 'AwaitExpression', message: 'Pure code waits for nothing.' },
  ],
};

/**
 * Who may import whom, by the tags in the package.json files.
 *
 * @param alsoFor tags that everybody may depend on, besides
 */
const boundaries = (...alsoFor) => [
  'error',
  {
    enforceBuildableLibDependency: false,
    allowCircularSelfDependency: true,
    // Their own specs use the test support that stands on them.
    ignoredCircularDependencies: [['@auditmesh/kafka', '@auditmesh/testing']],
    depConstraints: [
      {
        sourceTag: 'type:pure',
        onlyDependOnLibsWithTags: ['type:pure'],
        bannedExternalImports: ['kafkajs', 'avsc', 'typeorm', 'pg', '@nestjs/*', 'pino'],
      },
      { sourceTag: 'type:adapter', onlyDependOnLibsWithTags: ['type:pure', 'type:adapter', ...alsoFor] },
      { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:pure', 'type:adapter', 'type:testing'] },
      {
        sourceTag: 'type:service',
        onlyDependOnLibsWithTags: ['type:pure', 'type:adapter', ...alsoFor],
        bannedExternalImports: ['kafkajs', 'avsc'],
      },
      // Somebody else's programs: they have what we publish and nothing else.
      {
        sourceTag: 'type:example',
        onlyDependOnLibsWithTags: ['published', ...alsoFor],
        bannedExternalImports: ['kafkajs', 'avsc'],
      },
    ],
  },
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/generated/**',
      '**/node_modules/**',
      '.nx/**',
      '.auditmesh/**',
      'e2e/planted/**',
    ],
  },
  ...tseslint.configs.recommended,
  {
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: false } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'off',
      'no-console': 'error',
      '@nx/enforce-module-boundaries': boundaries(),
    },
  },
  {
    files: ['libs/*/src/**/*.ts'],
    ignores: ['libs/kafka/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'kafkajs', message: 'Only libs/kafka knows kafkajs.' }], patterns: ['kafkajs/*'] },
      ],
    },
  },
  {
    files: ['libs/{alert-rules,controls,events,gitlab,log,policies,query}/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      ...pureRules,
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^node:(?!crypto$)', message: 'Pure libraries do no I/O.' }] },
      ],
    },
  },
  {
    files: ['services/*/src/domain/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      ...pureRules,
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex:
                '^(?!\\./|@auditmesh/(alert-rules|compliance|controls|events|gitlab|log|policies|query)$|yaml$)',
              message: pureImports,
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', 'services/*/test/**'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries('type:testing', 'type:adapter', 'type:pure'),
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.object.name="jest"][callee.property.name=/^(mock|unstable_mockModule|spyOn|fn)$/]',
          message: 'Use values or a real server.',
        },
        {
          selector:
            'MemberExpression[property.name=/^(toHaveBeenCalled.*|toMatchSnapshot|toMatchInlineSnapshot)$/]',
          message: 'Assert behaviour, not calls or snapshots.',
        },
        {
          selector: 'NewExpression[callee.name="Promise"] CallExpression[callee.name="setTimeout"]',
          message: 'Wait on a condition, not on time.',
        },
      ],
    },
  },
  {
    // Programs of the project itself: they talk to whoever runs them.
    files: ['checks/**', 'bench/**', 'deploy/local/bootstrap/**', '*.mjs'],
    rules: { 'no-console': 'off' },
  },
);
