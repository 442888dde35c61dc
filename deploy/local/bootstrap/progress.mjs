const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * Shows steps on a stream. On a terminal, a finished step is one line and those under way share a last line with a
 * spinner and their seconds; elsewhere each beginning and each end is a plain line. Steps may overlap.
 */
export class Progress {
  #active = new Map();
  #frame = 0;
  #timer;
  #live;

  constructor(stream = process.stdout) {
    this.stream = stream;
    this.#live = Boolean(stream.isTTY) && process.env.TERM !== 'dumb';
  }

  /** Runs `work` as one step; its failure is shown and thrown on. */
  async step(name, work) {
    this.begin(name);
    try {
      const result = await work();
      this.end(name);
      return result;
    } catch (error) {
      this.fail(name);
      throw error;
    }
  }

  begin(name) {
    this.#active.set(name, Date.now());
    if (!this.#live) this.#write(`… ${name}\n`);
    this.#redraw();
  }

  end(name) {
    this.#finish(name, this.#live ? '\x1b[32m✓\x1b[0m' : '✓');
  }

  fail(name) {
    this.#finish(name, this.#live ? '\x1b[31m✗\x1b[0m' : '✗');
  }

  /** A line, or several, that stay. */
  note(text) {
    this.#write(`${text}\n`);
    this.#redraw();
  }

  #finish(name, mark) {
    const began = this.#active.get(name);
    if (began === undefined) return;
    this.#active.delete(name);
    this.note(`${mark} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  }

  #write(text) {
    this.stream.write(this.#live ? `\r\x1b[2K${text}` : text);
  }

  #redraw() {
    if (!this.#live) return;
    if (this.#active.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#timer ??= setInterval(() => this.#redraw(), 100);
    const steps = [...this.#active].map(
      ([name, began]) => `${name} ${Math.floor((Date.now() - began) / 1000)} s`,
    );
    this.#frame = (this.#frame + 1) % frames.length;
    const line = `${frames[this.#frame]} ${steps.join(', ')}`;
    this.#write(line.slice(0, (this.stream.columns || 80) - 1));
  }
}
