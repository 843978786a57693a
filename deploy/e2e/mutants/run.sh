#!/usr/bin/env bash
# Plants each bug of this folder's patches in a copy of the tree and demands that the
# fault suite catches it. A patch begins with a line that names the bug and one that
# names the test: "# caught by: TestName". With names it runs only those:
#
#	deploy/e2e/mutants/run.sh [ack-before-commit …]
#
# It ends with 1 if a bug was not caught, if a patch no longer applies or builds, or if
# a test fails without any bug, which would prove nothing.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/doorstep-mutants-XXXXXX")
trap 'rm -rf "$work"' EXIT
export GIT_CEILING_DIRECTORIES=$work # the copy is no part of a repository around it
export BIN=$work/tree/bin
programs=(storefront mailer stripe-sandbox)
test_limit=150s

build() {
	local p
	for p in "${programs[@]}"; do
		CGO_ENABLED=0 go build -C "$work/tree/services/$p" -trimpath -ldflags '-s -w' -o "$BIN/$p" . || return 1
	done
}

# check runs one test of the copy and prints passed, caught, or why it is neither.
check() {
	local log=$work/$2.log
	if (cd "$work/tree/deploy/e2e" && "$work/e2e.test" -test.run "^${1//\//\$/^}\$" -test.v -test.timeout "$test_limit") >"$log" 2>&1; then
		grep -q -- "^ *--- PASS: $1 " "$log" && echo passed || echo "not run"
	elif grep -q -- "^ *--- FAIL: $1 " "$log"; then
		echo caught
	else
		echo "no verdict"
	fi
}

# reason is the first complaint of a test.
reason() {
	{ grep -E '^ +[a-z_]+_test\.go:[0-9]+: ' "$work/$1.log" || true; } |
		grep -vE 'had ended|with a person|last lines of' | head -n 1 | sed -E 's/^ +//' | cut -c1-120
}

mkdir "$work/tree"
tar -C "$root" --exclude=./.git --exclude=./bin --exclude=./var -cf - . | tar -C "$work/tree" -xf -
mkdir "$BIN"
build
(cd "$work/tree/deploy/e2e" && go test -c -o "$work/e2e.test" .)

patches=()
for name in "${@:-*}"; do
	for patch in "$here"/$name.patch; do
		[ -f "$patch" ] || { echo "no patch $patch" >&2; exit 1; }
		patches+=("$patch")
	done
done

bad=0
for t in $(sed -n 's/^# caught by: //p' "${patches[@]}" | sort -u); do
	verdict=$(check "$t" sound)
	printf '%-20s %-10s %s\n' "(no bug)" "$verdict" "$t"
	[ "$verdict" = passed ] || { bad=1; tail -n 40 "$work/sound.log"; }
done
[ $bad = 0 ] || { echo "a test fails without any bug; nothing was tried" >&2; exit 1; }

for patch in "${patches[@]}"; do
	name=$(basename "$patch" .patch)
	t=$(sed -n 's/^# caught by: //p' "$patch")
	if ! (cd "$work/tree" && git apply "$patch") 2>"$work/$name.log"; then
		verdict="no longer applies"
	elif ! build 2>"$work/$name.log"; then
		verdict="does not build"
	else
		verdict=$(check "$t" "$name")
	fi
	[ "$verdict" = passed ] && verdict=SURVIVED
	printf '%-20s %-10s %s  %s\n' "$name" "$verdict" "$t" "$(reason "$name")"
	[ "$verdict" = caught ] || { bad=1; tail -n 20 "$work/$name.log"; }
	(cd "$work/tree" && git apply -R "$patch") 2>/dev/null || true # it may not have been applied
done
exit $bad
