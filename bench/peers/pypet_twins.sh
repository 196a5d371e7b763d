#!/bin/sh
# Runs pypet's own examples 01, 02, 03, 08, 13 and 14, unmodified, and the programs that do the same in
# Go, and compares what `galvani dump -pypet` prints of both files.
#
#     bench/peers/pypet_twins.sh PYPET          # a checkout of pypet 0.6.1
set -eu
pypet=$(realpath "$1")
cd "$(dirname "$0")/../.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
go build -o "$dir/galvani" ./cmd/galvani
export PYTHONPATH="$pypet" MPLBACKEND=Agg
# No dates in names; those of trajectories are not among the lines.
lines() { "$dir/galvani" dump -pypet -trajectory "$2" "$1" | sed 's/_20[0-9_hms]*//g'; }
status=0
for n in 01 02 03 08 13 14; do
	mkdir "$dir/$n"
	script=$(ls "$pypet"/examples/example_"$n"*.py "$pypet"/examples/example_"$n"*/main.py 2>/dev/null | head -1)
	(cd "$dir/$n" && PYTHONPATH="$pypet:$(dirname "$script")" /usr/bin/python3 "$script" >log 2>&1) || { cat "$dir/$n/log"; exit 1; }
	go run "./examples/pypet$n" -out "$dir/go$n" -progress none >"$dir/log" 2>&1 || go run "./examples/pypet$n" -out "$dir/go$n" >"$dir/log" 2>&1
	theirs=$(ls "$dir/$n"/hdf5/*.hdf5 | grep -v backup)
	ours=$(ls "$dir/go$n"/*.hdf5 | grep -v backup)
	"$dir/galvani" dump -pypet "$ours" | sed 's/_20[0-9_hms]*//g' >"$dir/ours"
	name=$("$dir/galvani" tree -depth 1 "$ours" | sed -n '1s/ (.*//p')
	theirname=$(/usr/bin/python3 -c "import sys, tables; print([g._v_name for g in tables.open_file(sys.argv[1]).list_nodes('/') if g._v_name.split('_20')[0] == sys.argv[2].split('_20')[0]][0])" "$theirs" "$name")
	lines "$theirs" "$theirname" >"$dir/theirs"
	if diff "$dir/theirs" "$dir/ours" >"$dir/diff"; then
		echo "$n: $(wc -l <"$dir/ours") lines, equal"
	else
		echo "$n: $(wc -l <"$dir/ours") lines, $(grep -c '^>' "$dir/diff") different:"
		cut -c1-120 "$dir/diff"
		status=1
	fi
done
exit $status
