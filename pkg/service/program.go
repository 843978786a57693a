// Package service is the same start and stop for every program of the house:
// flags, configuration, logging, an echo server with limits, health, metrics, and
// a drain on SIGTERM.
package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"

	"doorstep.example/pkg/config"
)

// Exit codes. A bad configuration is EX_CONFIG of sysexits.h, so that a
// supervisor can tell "will never start like this" from a crash.
const (
	exitOK     = 0
	exitFailed = 1
	exitConfig = 78
)

// Version is set at link time: -ldflags "-X doorstep.example/pkg/service.Version=…".
var Version = "dev"

// Settings is what Main itself needs of a configuration; config.Common has it.
type Settings interface{ Log() (format, level string) }

// Program is one binary. C is its configuration, which embeds config.Common.
type Program[C any] struct {
	Name  string
	About string // one line for -h
	// Run serves until ctx ends, and returns after the drain.
	Run func(ctx context.Context, c *C, log *slog.Logger) error
	// Commands are sub-commands by name, run instead of Run.
	Commands map[string]Command[C]
}

// Command is a sub-command; it prints its answer to out.
type Command[C any] struct {
	Usage string // its arguments
	About string // one line for -h
	Run   func(ctx context.Context, c *C, log *slog.Logger, args []string, out io.Writer) error
}

// UsageError is returned by a Command whose arguments are wrong; it ends with exit 78.
type UsageError string

func (e UsageError) Error() string { return string(e) }

// Main runs p and exits.
func Main[C any](p Program[C]) { os.Exit(p.main(os.Args[1:], os.Stdout, os.Stderr)) }

func (p Program[C]) main(args []string, stdout, stderr io.Writer) int {
	// First of all, so that a stop in the middle of the start is a stop and no crash.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c C
	if len(args) > 0 {
		switch args[0] {
		case "-h", "-help", "--help":
			p.usage(stdout, &c)
			return exitOK
		case "-version", "--version":
			fmt.Fprintf(stdout, "%s %s\n", p.Name, version())
			return exitOK
		case "-variables", "--variables":
			if err := config.WriteMarkdown(stdout, &c); err != nil {
				return exitFailed
			}
			return exitOK
		case "-healthcheck", "--healthcheck":
			return healthcheck(args[1:], stderr)
		}
	}
	run, err := p.pick(args, stdout)
	if err == nil {
		err = config.Load(&c)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitConfig
	}
	log := newLogger(stderr, any(&c).(Settings)).With("service", p.Name)
	slog.SetDefault(log)
	err = run(ctx, &c, log)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return exitOK // asked to stop before it had started
	}
	return exitCode(err, stderr)
}

// exitCode tells a person on stderr what ended the program. Bad configuration
// found while wiring (a catalogue, say) counts like a bad variable.
func exitCode(err error, stderr io.Writer) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(stderr, err)
	if _, ok := errors.AsType[config.Errors](err); ok {
		return exitConfig
	}
	if _, ok := errors.AsType[UsageError](err); ok {
		return exitConfig
	}
	return exitFailed
}

// pick chooses Run or the command that args names.
func (p Program[C]) pick(args []string, stdout io.Writer) (func(context.Context, *C, *slog.Logger) error, error) {
	if len(args) == 0 {
		return p.Run, nil
	}
	command, ok := p.Commands[args[0]]
	if !ok {
		return nil, UsageError(fmt.Sprintf("%s: unknown argument %q; `%s -h` shows what there is", p.Name, args[0], p.Name))
	}
	return func(ctx context.Context, c *C, log *slog.Logger) error {
		return command.Run(ctx, c, log, args[1:], stdout)
	}, nil
}

func (p Program[C]) usage(w io.Writer, c *C) {
	fmt.Fprintf(w, "%s: %s\n\nUsage: %s [-h | -version | -variables | -healthcheck URL…]\n", p.Name, p.About, p.Name)
	for _, name := range slices.Sorted(maps.Keys(p.Commands)) {
		fmt.Fprintf(w, "       %s %-28s %s\n", p.Name, name+" "+p.Commands[name].Usage, p.Commands[name].About)
	}
	fmt.Fprint(w, "\nEvery variable may also be given as NAME_FILE, the path of a file with its value.\n\n")
	_ = config.WriteUsage(w, c) // a terminal that is gone needs no help
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || Version != "dev" {
		return Version
	}
	return Version + " " + info.GoVersion
}

func newLogger(w io.Writer, s Settings) *slog.Logger {
	format, text := s.Log()
	var level slog.Level
	if err := level.UnmarshalText([]byte(text)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if format == "text" {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}
