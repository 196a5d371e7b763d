package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math"
)

// savez writes a zip file as numpy.savez_compressed has Python's zipfile write it: every
// entry has room for 64-bit sizes and the oldest date that zip has.
type savez struct {
	w         io.Writer
	name      string // of the entry that is being written
	content   bytes.Buffer
	directory []byte
	count     uint16
	offset    int64
}

// CreateHeader begins an entry.
func (s *savez) CreateHeader(h *zip.FileHeader) (io.Writer, error) {
	err := s.flush()
	s.name = h.Name
	return &s.content, err
}

const oldestDate = 1<<5 | 1 // 1 January 1980

// flush writes the entry that was begun.
func (s *savez) flush() error {
	if s.name == "" {
		return nil
	}
	content := s.content.Bytes()
	packed := deflate(content)
	if s.offset+int64(len(packed)) > math.MaxInt32 || len(content) > math.MaxInt32 || s.count == math.MaxUint16 {
		return errors.New("a compressed archive is limited to 2 GB")
	}
	le := binary.LittleEndian
	// What both headers of an entry have: version and flags, method, time, date, checksum and sizes.
	common := le.AppendUint32(nil, 20)
	common = le.AppendUint16(common, zip.Deflate)
	common = le.AppendUint32(common, oldestDate<<16)
	common = le.AppendUint32(common, crc32.ChecksumIEEE(content))
	common = le.AppendUint32(common, uint32(len(packed)))
	common = le.AppendUint32(common, uint32(len(content)))
	common = le.AppendUint16(common, uint16(len(s.name)))

	head := append([]byte("PK\x03\x04"), common...)
	head = le.AppendUint16(head, 20) // bytes of the extra field, in which the sizes stand once more
	head = append(head, s.name...)
	head = le.AppendUint16(head, 1)
	head = le.AppendUint16(head, 16)
	head = le.AppendUint64(head, uint64(len(content)))
	head = le.AppendUint64(head, uint64(len(packed)))

	s.directory = append(s.directory, "PK\x01\x02\x14\x03"...) // made by version 2.0 on Unix
	s.directory = append(s.directory, common...)
	s.directory = append(s.directory, make([]byte, 8)...) // no extra field, no comment, first disk, binary
	s.directory = le.AppendUint32(s.directory, 0o600<<16)
	s.directory = le.AppendUint32(s.directory, uint32(s.offset))
	s.directory = append(s.directory, s.name...)

	for _, b := range [][]byte{head, packed} {
		if _, err := s.w.Write(b); err != nil {
			return err
		}
	}
	s.offset += int64(len(head) + len(packed))
	s.count++
	s.name = ""
	s.content.Reset()
	return nil
}

// Close writes the directory.
func (s *savez) Close() error {
	if err := s.flush(); err != nil {
		return err
	}
	le := binary.LittleEndian
	end := append(s.directory, "PK\x05\x06\x00\x00\x00\x00"...)
	end = le.AppendUint16(end, s.count)
	end = le.AppendUint16(end, s.count)
	end = le.AppendUint32(end, uint32(len(s.directory)))
	end = le.AppendUint32(end, uint32(s.offset))
	end = le.AppendUint16(end, 0)
	_, err := s.w.Write(end)
	return err
}
