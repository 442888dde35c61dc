// Evaluates policies with the library of Open Policy Agent: the same rules and facts as ours.
//
//	opa-library wasm FOLDER              compiles FOLDER/policy.rego to FOLDER/policy.wasm
//	opa-library evaluate FOLDER TURN     evaluates FOLDER/inputs.json as TURN, a JSON file, says
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/compile"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// Turn says how long to evaluate, in CPU time, and where the result goes.
type Turn struct {
	WarmUpSeconds float64 `json:"warm_up_seconds"`
	Seconds       float64 `json:"seconds"`
	Result        string  `json:"result"`
}

// Result is what a turn came to.
type Result struct {
	EventsPerSecond float64 `json:"events_per_second"`
	CPUMicros       float64 `json:"cpu_us_per_event"`
	Violations      int     `json:"violations"`
	Fingerprint     string  `json:"fingerprint"`
}

func main() {
	log.SetFlags(0)
	runtime.GOMAXPROCS(1)
	folder := os.Args[2]
	if os.Args[1] == "wasm" {
		compileToWasm(folder)
		return
	}
	var turn Turn
	read(os.Args[3], &turn)
	evaluate(folder, turn)
}

func compileToWasm(folder string) {
	compiler := compile.New().
		WithTarget(compile.TargetWasm).
		WithEntrypoints("controls/violations").
		WithPaths(filepath.Join(folder, "policy.rego"))
	must(compiler.Build(context.Background()))
	modules := compiler.Bundle().WasmModules
	must(os.WriteFile(filepath.Join(folder, "policy.wasm"), modules[0].Raw, 0o644))
}

func evaluate(folder string, turn Turn) {
	ctx := context.Background()
	query := prepared(ctx, folder)
	var raw []any
	read(filepath.Join(folder, "inputs.json"), &raw)
	inputs := make([]ast.Value, len(raw))
	for i, each := range raw {
		value, err := ast.InterfaceToValue(each)
		must(err)
		inputs[i] = value
	}
	raw = nil
	fingerprint := sha256.New()
	for i, input := range inputs {
		names := violations(ctx, query, input)
		sort.Strings(names)
		fingerprint.Write([]byte(strconv.Itoa(i) + " " + strings.Join(names, ",") + "\n"))
	}
	pass := func() int {
		count := 0
		for _, input := range inputs {
			count += len(violations(ctx, query, input))
		}
		return count
	}
	_, _ = repeated(pass, turn.WarmUpSeconds)
	runtime.GC()
	cpu, began := cpuTime(), time.Now()
	passes, count := repeated(pass, turn.Seconds)
	took, used := time.Since(began), cpuTime()-cpu
	events := float64(passes * len(inputs))
	text, err := json.Marshal(Result{
		EventsPerSecond: events / took.Seconds(),
		CPUMicros:       float64(used.Microseconds()) / events,
		Violations:      count,
		Fingerprint:     hex.EncodeToString(fingerprint.Sum(nil)),
	})
	must(err)
	must(os.WriteFile(turn.Result, text, 0o644))
}

// prepared parses, compiles and indexes everything once; data is kept as values that evaluation takes as they are.
func prepared(ctx context.Context, folder string) rego.PreparedEvalQuery {
	policy, err := os.ReadFile(filepath.Join(folder, "policy.rego"))
	must(err)
	var data map[string]any
	read(filepath.Join(folder, "data.json"), &data)
	store := inmem.NewFromObjectWithOpts(data, inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true))
	query, err := rego.New(
		rego.Query("data.controls.violations"),
		rego.Module("policy.rego", string(policy)),
		rego.Store(store),
	).PrepareForEval(ctx)
	must(err)
	return query
}

func violations(ctx context.Context, query rego.PreparedEvalQuery, input ast.Value) []string {
	results, err := query.Eval(ctx, rego.EvalParsedInput(input))
	must(err)
	set := results[0].Expressions[0].Value.([]any)
	if len(set) == 0 {
		return nil
	}
	names := make([]string, len(set))
	for i, name := range set {
		names[i] = name.(string)
	}
	return names
}

// repeated runs whole passes until so much CPU time is used, at least one, and returns how many, and what each counted.
func repeated(pass func() int, seconds float64) (passes, count int) {
	until := cpuTime() + time.Duration(seconds*float64(time.Second))
	for {
		count = pass()
		passes++
		if cpuTime() >= until {
			return passes, count
		}
	}
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func read(path string, into any) {
	text, err := os.ReadFile(path)
	must(err)
	must(json.Unmarshal(text, into))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
