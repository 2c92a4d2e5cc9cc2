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

use stdClass;

/**
 * Custom parameters: what the form holds <-> the struct of the service.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class parameters {
    /** @var string[] Members that are one field of the form each. */
    public const SINGLES = ['users', 'teachers', 'image', 'cpulimit', 'memlimit', 'actlimit', 'defurl'];

    /** @var string[] Members of a volume that are text. */
    private const VOLUME = ['role', 'name', 'link', 'users'];

    /**
     * Constructor.
     */
    public function __construct(
        /** @var answer The struct of the text that Moodle keeps now. */
        private readonly answer $stored,
    ) {
    }

    /**
     * Returns what the form shows at first.
     *
     * @return array Values by name of the element.
     */
    public function to_form(): array {
        $values = [];
        foreach (self::SINGLES as $name) {
            $values[$name] = $this->stored->text($name);
        }
        foreach ($this->stored->rows('volumes') as $number => $volume) {
            foreach (self::VOLUME as $name) {
                $values['volume'][$number][$name] = $volume->text($name);
            }
            $values['close'][$number] = $volume->number('close');
        }
        return $values;
    }

    /**
     * Returns how many volumes there are.
     *
     * @return int
     */
    public function count_volumes(): int {
        return count($this->stored->rows('volumes'));
    }

    /**
     * Returns the struct of what the form holds. Lines that the form does not show stay as they are.
     *
     * @param stdClass $data What the form holds.
     * @return array
     */
    public function from_form(stdClass $data): array {
        $struct = ['volumes' => $this->volumes($data), 'others' => $this->stored->items('others')];
        foreach (self::SINGLES as $name) {
            $struct[$name] = trim((string) ($data->$name ?? ''));
        }
        return $struct;
    }

    /**
     * Returns the volumes that the form holds; a row without a name and a link is none.
     *
     * @param stdClass $data What the form holds.
     * @return array[]
     */
    private function volumes(stdClass $data): array {
        $volumes = [];
        foreach ((array) ($data->volume ?? []) as $number => $row) {
            $volume = [];
            foreach (self::VOLUME as $name) {
                $volume[$name] = trim((string) ($row[$name] ?? ''));
            }
            if ($volume['name'] !== '' || $volume['link'] !== '') {
                $volume['close'] = $this->close($volume, (int) ($data->close[$number] ?? 0));
                $volumes[] = $volume;
            }
        }
        return $volumes;
    }

    /**
     * Returns when a submit volume closes. The form knows no seconds: those that are stored are kept.
     *
     * @param array $volume The volume.
     * @param int $typed Unix time of the form; 0: never.
     * @return string Unix time; empty: never.
     */
    private function close(array $volume, int $typed): string {
        if ($typed === 0 || $volume['role'] !== 'submit') {
            return '';
        }
        foreach ($this->stored->rows('volumes') as $stored) {
            $issame = $stored->text('role') === 'submit' && $stored->text('name') === $volume['name'];
            if ($issame && intdiv($stored->number('close'), MINSECS) === intdiv($typed, MINSECS)) {
                return $stored->text('close');
            }
        }
        return (string) $typed;
    }
}
