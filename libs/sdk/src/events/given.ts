/** A record as it is given: what may be null may be left out. */
export type Given<T> = T extends (infer E)[]
  ? Given<E>[]
  : T extends object
    ? { [K in keyof T as null extends T[K] ? never : K]: Given<T[K]> } & {
        [K in keyof T as null extends T[K] ? K : never]?: Given<T[K]> | undefined;
      }
    : T;

/** As `Given`, without fields of which the schema knows the usual value. */
export type GivenBut<T, Usual extends keyof T> = Given<Omit<T, Usual>> & { [K in Usual]?: Given<T[K]> };
