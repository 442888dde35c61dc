/** Settings shared by every Jest project: TypeScript through SWC to ES modules, libraries resolved to their sources. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons', '@auditmesh/source'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          target: 'es2022',
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // Made to be packed, under the name of what it is made of.
  modulePathIgnorePatterns: ['<rootDir>/libs/sdk/dist/package', '<rootDir>/libs/sdk/dist/beside-package'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
};
