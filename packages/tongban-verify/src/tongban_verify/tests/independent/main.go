// Checks a log in a directory with Go's own packages, written by nobody here: the signature of its checkpoint, every
// entry against its tile, the root over all of them, one proof of each kind, and the receipts named after the key.
//
// check DIRECTORY KEY [RECEIPT ...]
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error, what string) {
	if err != nil {
		fmt.Fprintln(os.Stderr, what+":", err)
		os.Exit(1)
	}
}

func demand(holds bool, what string) {
	if !holds {
		must(fmt.Errorf("does not hold"), what)
	}
}

// C2SP checkpoints have three lines under a name of their own; Go's ParseTree wants its own first line.
func head(signed []byte, verifiers note.Verifiers) (int64, tlog.Hash, string) {
	opened, err := note.Open(signed, verifiers)
	must(err, "signature")
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	root, err := tlog.ParseHash(lines[2])
	must(err, "root")
	return size, root, lines[0]
}

func tilePath(level string, n, width int64) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	if width < 256 {
		path += fmt.Sprintf(".p/%d", width)
	}
	return filepath.Join("tile", level, path)
}

// The tiles of a directory, for Go's own reader of hashes, which checks each against the root before it is used.
type directory struct{ root string }

func (d directory) Height() int                      { return 8 }
func (d directory) SaveTiles([]tlog.Tile, [][]byte) {}
func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(d.root, tilePath(strconv.Itoa(t.L), t.N, int64(t.W))))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func entries(root string, size int64) [][]byte {
	var all [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		bundle, err := os.ReadFile(filepath.Join(root, tilePath("entries", n, width)))
		must(err, "bundle")
		for i := int64(0); i < width; i++ {
			length := int(binary.BigEndian.Uint16(bundle))
			all = append(all, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
		demand(len(bundle) == 0, "bundle")
	}
	return all
}

func checkReceipt(path string, verifiers note.Verifiers, newest int64, root tlog.Hash, hashes tlog.HashReader) {
	content, err := os.ReadFile(path)
	must(err, path)
	cut := bytes.Index(content, []byte("\n\n"))
	lines := strings.Split(string(content[:cut]), "\n")
	demand(lines[0] == "c2sp.org/tlog-proof@v1" && strings.HasPrefix(lines[1], "extra "), "receipt")
	entry, err := base64.StdEncoding.DecodeString(lines[1][6:])
	must(err, "extra")
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	must(err, "index")
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		must(err, "proof")
		proof = append(proof, hash)
	}
	size, then, _ := head(content[cut+2:], verifiers)
	must(tlog.CheckRecord(proof, size, then, index, tlog.RecordHash(entry)), "receipt")
	tree, err := tlog.ProveTree(newest, size, hashes)
	must(err, "consistency")
	must(tlog.CheckTree(tree, newest, root, size, then), "consistency")
}

func main() {
	root, key := os.Args[1], os.Args[2]
	verifier, err := note.NewVerifier(key)
	must(err, "key")
	verifiers := note.VerifierList(verifier)
	signed, err := os.ReadFile(filepath.Join(root, "checkpoint"))
	must(err, "checkpoint")
	size, want, origin := head(signed, verifiers)
	demand(origin == verifier.Name(), "origin")

	var stored []tlog.Hash
	memory := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	all := entries(root, size)
	for n, entry := range all {
		fresh, err := tlog.StoredHashes(int64(n), entry, memory)
		must(err, "tree")
		stored = append(stored, fresh...)
	}
	got, err := tlog.TreeHash(size, memory)
	must(err, "tree")
	demand(got == want, "root")

	hashes := tlog.TileHashReader(tlog.Tree{N: size, Hash: want}, directory{root})
	for _, n := range []int64{0, size / 3, size / 2, size - 1} {
		proof, err := tlog.ProveRecord(size, n, hashes)
		must(err, "proof")
		must(tlog.CheckRecord(proof, size, want, n, tlog.RecordHash(all[n])), "proof")
	}
	for _, receipt := range os.Args[3:] {
		checkReceipt(receipt, verifiers, size, want, hashes)
	}
	fmt.Println(origin, size)
}
