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

/**
 * What the service has answered, or a part of it. What is missing in it, or of another kind, is empty.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class answer {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var array Values by name. */
        private readonly array $values = [],
    ) {
    }

    /**
     * Tells whether there is a text, or a number.
     *
     * @param string $name Its name.
     * @return bool
     */
    public function has_text(string $name): bool {
        return is_scalar($this->values[$name] ?? null);
    }

    /**
     * Tells whether there is a list, or a struct.
     *
     * @param string $name Its name.
     * @return bool
     */
    public function has_items(string $name): bool {
        return is_array($this->values[$name] ?? null);
    }

    /**
     * Returns a text.
     *
     * @param string $name Its name.
     * @return string
     */
    public function text(string $name): string {
        $value = $this->values[$name] ?? '';
        return is_scalar($value) ? (string) $value : '';
    }

    /**
     * Returns a text in the language of the reader.
     *
     * @param string $name Its name without the language.
     * @return string
     */
    public function worded(string $name): string {
        return $this->text($name . '_' . self::language());
    }

    /**
     * Returns an integer.
     *
     * @param string $name Its name.
     * @return int
     */
    public function number(string $name): int {
        return (int) $this->text($name);
    }

    /**
     * Returns true or false.
     *
     * @param string $name Its name.
     * @return bool
     */
    public function flag(string $name): bool {
        return ($this->values[$name] ?? false) === true;
    }

    /**
     * Returns a struct.
     *
     * @param string $name Its name.
     * @return self
     */
    public function part(string $name): self {
        return new self($this->items($name));
    }

    /**
     * Returns a list of structs.
     *
     * @param string $name Its name.
     * @return self[]
     */
    public function rows(string $name): array {
        return array_map(fn(array $row) => new self($row), array_values(array_filter($this->items($name), 'is_array')));
    }

    /**
     * Returns a list of texts.
     *
     * @param string $name Its name.
     * @return string[]
     */
    public function texts(string $name): array {
        return array_map('strval', array_values(array_filter($this->items($name), 'is_scalar')));
    }

    /**
     * Returns a list of integers.
     *
     * @param string $name Its name.
     * @return int[]
     */
    public function numbers(string $name): array {
        return array_map('intval', $this->texts($name));
    }

    /**
     * Returns a list, or a struct, as it came.
     *
     * @param string $name Its name.
     * @return array
     */
    public function items(string $name): array {
        $value = $this->values[$name] ?? [];
        return is_array($value) ? $value : [];
    }

    /**
     * Returns which of its languages the service shall use for the reader.
     *
     * @return string en or ja
     */
    public static function language(): string {
        return str_starts_with(current_language(), 'ja') ? 'ja' : 'en';
    }
}
