import preset from './jest.preset.js';

const project = (displayName, testMatch, more = {}) => ({
  ...preset,
  displayName,
  testMatch,
  testPathIgnorePatterns: [...preset.testPathIgnorePatterns, ...(more.testPathIgnorePatterns ?? [])],
});

/** The three kinds of tests, told apart by what they may touch; see STYLE in CONTRIBUTING.md. */
export default {
  testTimeout: 120_000,
  projects: [
    project(
      'unit',
      [
        '<rootDir>/{libs,services,examples,deploy,bench,e2e/faults,e2e/secret-accesses}/**/*.spec.ts',
        '<rootDir>/*.spec.ts',
      ],
      {
        testPathIgnorePatterns: ['\\.int\\.spec\\.ts$'],
      },
    ),
    project('int', ['<rootDir>/{libs,services,examples,deploy}/**/*.int.spec.ts']),
    project('e2e', ['<rootDir>/e2e/*.spec.ts']),
  ],
};
