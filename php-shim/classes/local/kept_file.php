<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\local;

use moodle_exception;

/**
 * A file that is kept for the length of a request; it is gone with it.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class kept_file {
    /** @var resource The open file. */
    private $handle;

    /** @var string Its path. */
    private readonly string $path;

    /** @var int How many bytes it has. */
    private int $size = 0;

    /**
     * Constructor.
     */
    public function __construct() {
        $this->path = make_request_directory() . '/kept';
        $this->handle = fopen($this->path, 'w+b');
    }

    /**
     * Adds some bytes.
     *
     * @param string $bytes The bytes.
     * @throws moodle_exception There is no room.
     */
    public function add(string $bytes): void {
        if (fwrite($this->handle, $bytes) !== strlen($bytes)) {
            throw new moodle_exception('nodiskspace', 'mod_lticontainer');
        }
        $this->size += strlen($bytes);
    }

    /**
     * Returns how many bytes it has.
     *
     * @return int
     */
    public function size(): int {
        return $this->size;
    }

    /**
     * Sends all of it to the browser, and removes it.
     */
    public function send(): void {
        rewind($this->handle);
        fpassthru($this->handle);
        fclose($this->handle);
        unlink($this->path);
    }
}
